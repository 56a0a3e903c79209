/** What {args} passes otherwise than the sweep file looks: whether that is meant, its writer knows. */
import { parametersOf, valuesOf } from '../../model/grid/axis.ts';
import { namesInBraces, parameterIn, wholeParameters } from '../../model/command/placeholder.ts';
import { cut } from '../../model/source/source-issue.ts';
import { spellArgument } from '../../model/command/spell-args.ts';
import type { CommandProgram, SweepFile } from '../../model/sweep/sweep-file.ts';
import { jsonText, type ParamValue, valueText } from '../../model/value.ts';

type Parameters = Pick<SweepFile, 'fixed' | 'grids'>;

/** A sentence for each with its remedy, a line each; null where there is nothing to say. */
export function argsNote({ program, fixed, grids }: Pick<SweepFile, 'program'> & Parameters): string | null {
  if (program.kind === 'builtin') return null;
  const parameters = new Set([...Object.keys(fixed), ...grids.flat().flatMap(parametersOf)]);
  const passed = wholeParameters(program.command, (name) => parameters.has(name));
  const byArgs = program.command.includes('{args}')
    ? [...parameters].filter((name) => !passed.has(name))
    : [];
  const notes = [
    ...(program.command.includes('{args}') ? renamedNote(passed) : []),
    ...falseNote(program, byArgs, { fixed, grids }),
    ...twinNotes(program, byArgs, parameters, { fixed, grids }),
  ];
  return notes.length === 0 ? null : notes.join('\n');
}

function renamedNote(passed: ReadonlyMap<string, string | null>): string[] {
  const renamed = [...passed].flatMap(([parameter, flag]) =>
    flag === null || letters(flag) === letters(parameter) ? [] : [`${parameter} (passed as ${flag})`],
  );
  return renamed.length === 0
    ? []
    : [
        `{args} leaves out what the command passes itself: ${renamed.join(', ')}. A program that needs both is given both by name, without {args}.`,
      ];
}

/** `--run-name`, `run_name` and `runName` are one name. */
const letters = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();

/** One that varies is refused: this one has the same value everywhere, and may be the program's own default. */
function falseNote(program: CommandProgram, byArgs: readonly string[], sweep: Parameters): string[] {
  if (program.booleans !== null || program.argStyle === 'hydra') return [];
  const off = byArgs.filter((name) => valuesOf(name, sweep).includes(false));
  const [first] = off;
  if (first === undefined) return [];
  const [pair, value] = (['pair', 'value'] as const).map((booleans) =>
    spellArgument(first, false, { ...program, booleans }).join(' '),
  );
  return [
    `{args} passes nothing for ${off.map((name) => `${name}: false`).join(', ')}: a program that has it on by default trains ` +
      `with it. Write into \`program\` which way yours takes: \`booleans: flag\` (nothing), \`booleans: pair\` (${pair}) or ` +
      `\`booleans: value\` (${value}).`,
  ];
}

/** Values of two kinds that are one text: their points are trained once each, and are the same to most programs. */
function twinNotes(
  program: CommandProgram,
  byArgs: readonly string[],
  parameters: ReadonlySet<string>,
  sweep: Parameters,
): string[] {
  const braces = program.command.flatMap(namesInBraces);
  if (braces.includes('params')) return [];
  // Hydra tells a word from a number by its quotes.
  const named =
    program.argStyle === 'hydra'
      ? []
      : braces.flatMap((name) => parameterIn(name, (one) => parameters.has(one)) ?? []);
  return [...new Set([...byArgs, ...named])].flatMap((name) => {
    const textOf = (value: ParamValue): string =>
      byArgs.includes(name) ? spellArgument(name, value, program).join(' ') : valueText(value);
    const twins = twinsOf(valuesOf(name, sweep), textOf);
    return twins === null
      ? []
      : [
          `${name}: ${twins.values.map((value) => cut(jsonText(value))).join(' and ')} reach the program as the same argument ` +
            `(${cut(twins.text)}): unless it reads the file of LABSWEEP_PARAMS, their points are the same training twice.`,
        ];
  });
}

/** The first text that stands for two values. */
function twinsOf(
  values: readonly (ParamValue | undefined)[],
  textOf: (value: ParamValue) => string,
): { text: string; values: readonly ParamValue[] } | null {
  const seen = new Map<string, ParamValue>();
  for (const value of values) {
    if (value === undefined) continue;
    const text = textOf(value);
    const first = seen.get(text);
    if (first !== undefined && jsonText(first) !== jsonText(value)) return { text, values: [first, value] };
    seen.set(text, value);
  }
  return null;
}

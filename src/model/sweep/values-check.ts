/** Which values a parameter takes over a sweep, and which of them cannot reach the program as they are written. */
import { parametersOf, valuesOf } from '../grid/axis.ts';
import { gridKey, parameterKey } from '../grid/grid-check.ts';
import { nameBeyondHydra } from '../command/hydra-override.ts';
import { own } from '../own.ts';
import { namesInBraces, wholeParameters } from '../command/placeholder.ts';
import { issueAt, type KeyPath, type SourceIssue } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';
import { namesake } from './namesake.ts';
import { booleansSchema, spellArgument, spelledName } from '../command/spell-args.ts';
import type { CommandProgram, SweepFile } from './sweep-file.ts';
import type { SweepInput } from './sweep-input.ts';
import { isSameValue, type ParamValue } from '../value.ts';

const booleansKey: KeyPath = ['program', 'booleans'];
const noFlags = 'Hydra has no flags, it takes name=true and name=false; take this key out';

type Parameters = Pick<SweepFile, 'fixed' | 'grids' | 'exclude'>;

/** What {args} would not pass as the sweep file means it. */
export function passingIssues(
  program: CommandProgram,
  sweep: Parameters,
  input: Pick<SweepInput, 'grid'>,
  locate: Locate,
): SourceIssue[] {
  const keys = keysOf(sweep, input);
  const passed = new Set(keys.keys());
  for (const name of wholeParameters(program.command, (one) => keys.has(one)).keys()) passed.delete(name);
  const hasArgs = program.command.some((argument) => namesInBraces(argument).includes('args'));
  if (!hasArgs) return [];
  if (program.argStyle === 'hydra' && program.booleans !== null && program.booleans !== 'value')
    return [issueAt(locate(booleansKey), booleansKey, noFlags)];
  const problemOf = program.argStyle === 'hydra' ? hydraProblem : booleanProblem(program);
  return [...passed].flatMap((name) => {
    const key = keys.get(name) ?? ['fixed', name];
    const other = namesake(name, passed, sweep, program.argStyle);
    const problem =
      other === null
        ? problemOf(name, takenBy(name, sweep))
        : `reaches the program as --${spelledName(name, program.argStyle)}, and so does ${other}; give one of them another name`;
    return problem === null ? [] : [issueAt(locate(key, 'key'), key, problem)];
  });
}

/** Where each parameter is first set. */
function keysOf({ fixed, grids }: Parameters, input: Pick<SweepInput, 'grid'>): Map<string, KeyPath> {
  const keys = new Map<string, KeyPath>();
  const add = (name: string, key: KeyPath): void => void (keys.has(name) || keys.set(name, key));
  for (const name of Object.keys(fixed)) add(name, ['fixed', name]);
  for (const [index, axes] of grids.entries())
    for (const axis of axes)
      for (const name of parametersOf(axis)) add(name, parameterKey(axis, name, gridKey(input, index)));
  return keys;
}

/** The values of a parameter that no rule leaves out wherever they come; undefined where a point lacks it. */
function takenBy(name: string, sweep: Parameters): (ParamValue | undefined)[] {
  const rules = sweep.exclude.filter(({ when }) => Object.keys(when).length === 1);
  const leftOut = rules.flatMap(({ when }) => own(when, name) ?? []);
  return valuesOf(name, sweep).filter((value) => !leftOut.some((one) => isSameValue(one, value)));
}

/** A false that passes nothing is what a point without the parameter is, and what the program's own default makes of it. */
const booleanProblem =
  (program: CommandProgram) =>
  (name: string, values: readonly (ParamValue | undefined)[]): string | null => {
    if (program.booleans !== null || !values.includes(false) || values.every((value) => value === false))
      return null;
    const ways = booleansSchema.options.map((booleans) => {
      const [on, off] = [true, false].map((value) =>
        spellArgument(name, value, { ...program, booleans }).join(' '),
      );
      return `\`booleans: ${booleans}\` (${on} for true, ${off === '' ? 'nothing' : off} for false)`;
    });
    return `varies, and programs take true and false in three ways; write into \`program\` the one that yours takes: ${ways.join(', ')}`;
  };

function hydraProblem(_: string, values: readonly (ParamValue | undefined)[]): string | null {
  for (const value of values) {
    const name = value === undefined ? null : nameBeyondHydra(value);
    if (name !== null)
      return `has the name ${JSON.stringify(name)}, which Hydra's command line cannot write; let the program read the file that {params} names`;
  }
  return null;
}

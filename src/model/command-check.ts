import { type Axis, parametersOf } from './axis.ts';
import { isSlipOf, nearestName } from './nearest.ts';
import { isReserved, namesInBraces, reservedPlaceholders } from './placeholder.ts';
import { issueAt, type KeyPath, type SourceIssue } from './source-issue.ts';
import type { Locate } from './source.ts';
import type { CommandProgram, SweepFile } from './sweep-file.ts';
import { gridKey, parameterKey } from './grid-check.ts';
import type { SweepInput } from './sweep-input.ts';

const commandKey: KeyPath = ['program', 'command'];

/** What is wrong between a command and the parameters that the sweep gives it. */
export function commandIssues(
  program: CommandProgram,
  sweep: Pick<SweepFile, 'fixed' | 'grids' | 'data'>,
  input: Pick<SweepInput, 'grid'>,
  locate: Locate,
): SourceIssue[] {
  const parameters = [...new Set([...Object.keys(sweep.fixed), ...sweep.grids.flat().flatMap(parametersOf)])];
  return [
    ...reservedNames(sweep, input, locate),
    ...program.command.flatMap((argument, index) =>
      argumentIssues(argument, index, parameters, sweep, locate),
    ),
    ...leftOut(program, sweep, input, locate),
  ];
}

function reservedNames(
  sweep: Pick<SweepFile, 'fixed' | 'grids'>,
  input: Pick<SweepInput, 'grid'>,
  locate: Locate,
): SourceIssue[] {
  const keys: KeyPath[] = Object.keys(sweep.fixed).map((name) => ['fixed', name]);
  for (const { axis, parameter, grid } of settings(sweep, input))
    keys.push(parameterKey(axis, parameter, grid));
  return keys
    .filter((key) => isReserved(String(key.at(-1))))
    .map((key) => {
      const name = String(key.at(-1));
      return issueAt(
        locate(key, 'key'),
        key,
        `{${name}} has a meaning of its own in a command; give the parameter another name`,
      );
    });
}

function argumentIssues(
  argument: string,
  index: number,
  parameters: readonly string[],
  sweep: Pick<SweepFile, 'data'>,
  locate: Locate,
): SourceIssue[] {
  const key = [...commandKey, index];
  const refuse = (message: string, nearest: string | null = null): SourceIssue =>
    issueAt(locate(key), key, message, nearest);
  return namesInBraces(argument).flatMap((name) => {
    if (name === 'args' && argument !== '{args}')
      return [refuse('{args} becomes several arguments, so it is one of its own: "{args}"')];
    if (name === 'data' && sweep.data === null)
      return [refuse('{data} is asked for and the sweep names no data')];
    if (isReserved(name) || parameters.includes(name)) return [];
    const known = [...parameters, ...reservedPlaceholders.filter((one) => one !== 'node')];
    const slips = known.filter((one) => isSlipOf(name, one));
    if (slips.length === 0) return [];
    return [
      refuse(`{${name}} is no parameter of this sweep`, `{${nearestName(name, slips) ?? slips[0] ?? ''}}`),
    ];
  });
}

/** A command that spells parameters out has to spell out each that varies, at every point. */
function leftOut(
  { command }: CommandProgram,
  sweep: Pick<SweepFile, 'fixed' | 'grids'>,
  input: Pick<SweepInput, 'grid'>,
  locate: Locate,
): SourceIssue[] {
  const named = new Set(command.flatMap(namesInBraces));
  const set = settings(sweep, input);
  const namesSome =
    set.some(({ parameter }) => named.has(parameter)) ||
    Object.keys(sweep.fixed).some((name) => named.has(name));
  const issues: SourceIssue[] = [];
  for (const { axis, parameter, grid } of set) {
    const key = parameterKey(axis, parameter, grid);
    if (namesSome && !named.has('args') && !named.has('params') && !named.has(parameter))
      issues.push(
        issueAt(
          locate(key, 'key'),
          key,
          `varies, and the command leaves it out; add {${parameter}}, or {args} for all`,
        ),
      );
  }
  return [...issues, ...unsetSomewhere(named, sweep, input, locate)];
}

/** A parameter in braces that some points do not have would reach the program as its braces. */
function unsetSomewhere(
  named: ReadonlySet<string>,
  sweep: Pick<SweepFile, 'fixed' | 'grids'>,
  input: Pick<SweepInput, 'grid'>,
  locate: Locate,
): SourceIssue[] {
  const varied = new Set(sweep.grids.flat().flatMap(parametersOf));
  return sweep.grids.flatMap((axes, index) => {
    const always = new Set([...Object.keys(sweep.fixed), ...axes.flatMap(alwaysSet)]);
    const key = gridKey(input, index);
    return [...named]
      .filter((name) => varied.has(name) && !always.has(name))
      .map((name) =>
        issueAt(locate(key), key, `the command asks for {${name}}, which not every point here has`),
      );
  });
}

const alwaysSet = (axis: Axis): readonly string[] =>
  axis.kind === 'cases'
    ? parametersOf(axis).filter((name) => axis.cases.every(({ params }) => Object.hasOwn(params, name)))
    : [axis.name];

function settings(
  sweep: Pick<SweepFile, 'grids'>,
  input: Pick<SweepInput, 'grid'>,
): { axis: Axis; parameter: string; grid: KeyPath }[] {
  return sweep.grids.flatMap((axes, index) =>
    axes.flatMap((axis) =>
      parametersOf(axis).map((parameter) => ({ axis, parameter, grid: gridKey(input, index) })),
    ),
  );
}

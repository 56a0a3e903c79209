import { type Axis, parametersOf } from '../grid/axis.ts';
import { isSlipOf, nearestName } from '../source/nearest.ts';
import { isReserved, namesInBraces, parameterIn, reservedPlaceholders } from '../command/placeholder.ts';
import { issueAt, type KeyPath, type SourceIssue } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';
import type { CommandProgram, SweepFile } from './sweep-file.ts';
import { gridKey, parameterKey } from '../grid/grid-check.ts';
import type { SweepInput } from './sweep-input.ts';
import { passingIssues } from './values-check.ts';

const commandKey: KeyPath = ['program', 'command'];

/** What is wrong between a command and the parameters that the sweep gives it. */
export function commandIssues(
  program: CommandProgram,
  sweep: Pick<SweepFile, 'fixed' | 'grids' | 'exclude' | 'data'>,
  input: Pick<SweepInput, 'grid'>,
  locate: Locate,
): SourceIssue[] {
  const parameters = new Set([...Object.keys(sweep.fixed), ...sweep.grids.flat().flatMap(parametersOf)]);
  return [
    ...program.command.flatMap((argument, index) =>
      argumentIssues(argument, index, parameters, sweep, locate),
    ),
    ...leftOut(program, parameters, sweep, input, locate),
    ...passingIssues(program, sweep, input, locate),
  ];
}

function argumentIssues(
  argument: string,
  index: number,
  parameters: ReadonlySet<string>,
  sweep: Pick<SweepFile, 'data'>,
  locate: Locate,
): SourceIssue[] {
  const key = [...commandKey, index];
  const refuse = (message: string, nearest: string | null = null): SourceIssue =>
    issueAt(locate(key), key, message, nearest);
  return namesInBraces(argument).flatMap((name) => {
    const twoMeanings = ambiguity(name, parameters);
    if (twoMeanings !== null) return [refuse(twoMeanings)];
    if (name === 'args' && argument !== '{args}')
      return [refuse('{args} becomes several arguments, so it is one of its own: "{args}"')];
    if (name === 'data' && sweep.data === null)
      return [refuse('{data} is asked for and the sweep names no data')];
    if (isReserved(name) || parameterIn(name, (one) => parameters.has(one)) !== null) return [];
    const own = reservedPlaceholders.filter((one) => one !== 'node');
    const known = [...parameters, ...own, ...[...parameters].map((one) => `params.${one}`)];
    const slips = known.filter((one) => isSlipOf(name, one));
    if (slips.length === 0) return [];
    return [
      refuse(`{${name}} is no parameter of this sweep`, `{${nearestName(name, slips) ?? slips[0] ?? ''}}`),
    ];
  });
}

/** What a name in braces could mean besides what it would be read as; null as a rule. */
function ambiguity(name: string, parameters: ReadonlySet<string>): string | null {
  const inner = /^params\.(.+)$/.exec(name)?.[1];
  if (inner !== undefined && parameters.has(name) && parameters.has(inner))
    return `{${name}} could be the parameter ${inner} or the parameter ${name}; give one of them another name`;
  if (!isReserved(name) || !parameters.has(name)) return null;
  const both = `{${name}} could be labsweep's own or the parameter ${name}`;
  if (name === 'args')
    return `${both}; name the parameters one by one, this one as {params.args}, or give it another name`;
  if (name === 'seed')
    return `${both}; write {params.seed} for the parameter, or take it out of \`fixed\` and write \`seeds: […]\``;
  return `${both}; write {params.${name}} for the parameter, or give it another name`;
}

/** A command that spells parameters out has to spell out each that varies, at every point. */
function leftOut(
  { command }: CommandProgram,
  parameters: ReadonlySet<string>,
  sweep: Pick<SweepFile, 'fixed' | 'grids'>,
  input: Pick<SweepInput, 'grid'>,
  locate: Locate,
): SourceIssue[] {
  const braces = new Set(command.flatMap(namesInBraces));
  const named = new Set([...braces].flatMap((name) => parameterIn(name, (one) => parameters.has(one)) ?? []));
  const namesAll = braces.has('args') || braces.has('params');
  const issues: SourceIssue[] = [];
  for (const { axis, parameter, grid } of settings(sweep, input)) {
    const key = parameterKey(axis, parameter, grid);
    if (named.size > 0 && !namesAll && !named.has(parameter))
      issues.push(
        issueAt(
          locate(key, 'key'),
          key,
          `varies, and the command leaves it out; add {${braceName(parameter)}}, or {args} for all`,
        ),
      );
  }
  return [...issues, ...unsetSomewhere(named, sweep, input, locate)];
}

const braceName = (parameter: string): string => (isReserved(parameter) ? `params.${parameter}` : parameter);

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

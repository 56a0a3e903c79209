/** What a schema cannot see: whether the parts of a sweep file fit each other and the programs that there are. */
import { axisSize, parametersOf } from '../grid/axis.ts';
import { commandIssues } from './command-check.ts';
import { envIssues } from './env-check.ts';
import { exclusionIssues } from './exclusion-check.ts';
import { gridKey, parameterKey } from '../grid/grid-check.ts';
import { namePattern } from '../source/leaf-input.ts';
import { isTestMetric } from '../result/metrics.ts';
import { nearestName } from '../source/nearest.ts';
import { passEnvIssues } from './pass-env-check.ts';
import type { ProgramDescription } from '../program.ts';
import { seedIssues } from './seed-check.ts';
import { issueAt, type KeyPath, type SourceIssue } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';
import type { SweepFile } from './sweep-file.ts';
import type { SweepInput } from './sweep-input.ts';

export function sweepIssues(
  sweep: SweepFile,
  input: SweepInput,
  context: { readonly programs: Readonly<Record<string, ProgramDescription>> },
  locate: Locate,
): SourceIssue[] {
  return [
    ...nameIssues(sweep, locate),
    ...seedIssues(sweep, input, locate),
    ...limitIssues(sweep),
    ...objectiveIssues(sweep, locate),
    ...wordIssues(sweep, locate),
    ...programIssues(sweep, input, context.programs, locate),
    ...exclusionIssues(sweep, input, namesOf(sweep, context.programs), locate),
  ];
}

function nameIssues({ name }: SweepFile, locate: Locate): SourceIssue[] {
  if (namePattern.test(name)) return [];
  const message = `${JSON.stringify(name)} is no name for a sweep; write \`sweep: NAME\` with letters, digits, \`.\`, \`_\` and \`-\``;
  return [issueAt(locate(['sweep']), ['sweep'], message)];
}

function limitIssues({ limit }: SweepFile): SourceIssue[] {
  if (limit === null || (Number.isInteger(limit) && limit >= 1)) return [];
  return [
    issueAt(
      { path: '--limit', line: null, column: null },
      [],
      `${limit} is no whole number of points from 1`,
    ),
  ];
}

function objectiveIssues({ objective }: SweepFile, locate: Locate): SourceIssue[] {
  if (!isTestMetric(objective.metric) || objective.selectOnTest) return [];
  const key = ['objective', 'metric'];
  const message =
    `${objective.metric} is a test figure: choose on a validation metric, ` +
    'or write `selectOnTest: true` beside `objective` and have every table say so';
  return [issueAt(locate(key), key, message)];
}

function wordIssues({ data }: SweepFile, locate: Locate): SourceIssue[] {
  const words = data?.kind === 'named' ? (data.words ?? []) : [];
  return words.flatMap((word, index) => {
    if (words.indexOf(word) === index) return [];
    const key = ['data', 'words', index];
    return [issueAt(locate(key), key, `${word} is there twice; each word is one class`)];
  });
}

function programIssues(
  sweep: SweepFile,
  input: SweepInput,
  programs: Readonly<Record<string, ProgramDescription>>,
  locate: Locate,
): SourceIssue[] {
  if (sweep.program.kind === 'command')
    return [
      ...commandIssues(sweep.program, sweep, input, locate),
      ...envIssues(sweep.program.env, ['program', 'env'], locate),
      ...passEnvIssues(sweep.program, locate),
    ];
  const { name } = sweep.program;
  const description = describedAs(name, programs);
  if (description !== null)
    return [
      ...metricIssues(sweep, description, locate),
      ...dataIssues(sweep, description, locate),
      ...parameterIssues(sweep, input, description, locate),
    ];
  const known = Object.keys(programs);
  const message = `there is no program ${name}: it is one of ${known.join(', ')}, or {command: [python3, train.py, "{args}"]}`;
  return [issueAt(locate(['program']), ['program'], message, nearestName(name, known))];
}

export const describedAs = (
  name: string,
  programs: Readonly<Record<string, ProgramDescription>>,
): ProgramDescription | null => (Object.hasOwn(programs, name) ? (programs[name] ?? null) : null);

function metricIssues(
  { objective }: SweepFile,
  { name, metrics }: ProgramDescription,
  locate: Locate,
): SourceIssue[] {
  if (metrics.includes(objective.metric)) return [];
  const key = ['objective', 'metric'];
  const nearest = nearestName(objective.metric, metrics);
  const list = nearest === null ? `; its metrics are ${metrics.join(', ')}` : '';
  return [issueAt(locate(key), key, `${name} reports no ${objective.metric}${list}`, nearest)];
}

function dataIssues(
  { data }: SweepFile,
  { name, needsData }: ProgramDescription,
  locate: Locate,
): SourceIssue[] {
  if (data !== null || !needsData) return [];
  const message = `${name} needs a data set: write \`data: mini\`, or a name from \`labsweep data list\``;
  return [issueAt(locate(['program']), ['data'], message)];
}

/** Parameters of a built-in program are known by name before any point is completed. */
function parameterIssues(
  sweep: SweepFile,
  input: SweepInput,
  { name, parameters, provenance }: ProgramDescription,
  locate: Locate,
): SourceIssue[] {
  const unknown = (key: KeyPath): SourceIssue[] => {
    const parameter = String(key.at(-1));
    if (parameters.includes(parameter)) return [];
    const nearest = nearestName(parameter, parameters);
    const list = nearest === null ? `; its parameters are ${parameters.join(', ')}` : '';
    return [issueAt(locate(key, 'key'), key, `is no parameter of ${name}${list}`, nearest)];
  };
  const inGrids = sweep.grids.flatMap((axes, index) =>
    axes.flatMap((axis) =>
      parametersOf(axis).flatMap((parameter) => {
        if (parameter === 'seed') return [];
        const key = parameterKey(axis, parameter, gridKey(input, index));
        if (!provenance.includes(parameter) || axisSize(axis) < 2) return unknown(key);
        const message =
          'does not change what a trial is, so that its values would be one trial; move it to `fixed`';
        return [issueAt(locate(key, 'key'), key, message)];
      }),
    ),
  );
  return [...Object.keys(sweep.fixed).flatMap((parameter) => unknown(['fixed', parameter])), ...inGrids];
}

/** The names of all parameters that its points can have. */
function namesOf(sweep: SweepFile, programs: Readonly<Record<string, ProgramDescription>>): string[] {
  const { program, fixed, grids } = sweep;
  const described = program.kind === 'builtin' ? describedAs(program.name, programs) : null;
  return [
    ...new Set([
      ...Object.keys(fixed),
      ...grids.flat().flatMap(parametersOf),
      ...(described?.parameters ?? []),
    ]),
  ];
}

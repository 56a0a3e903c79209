import { axisSize, type Axis, parametersOf } from './axis.ts';
import { canonicalJson } from './canonical.ts';
import { logRangeProblem, rangeProblem } from './decimal-range.ts';
import { normaliseAxis, gridsOf } from '../sweep/normalise-sweep.ts';
import type { Params } from './params.ts';
import { cut, issueAt, type KeyPath, renderKeyPath, type SourceIssue } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';
import type { SweepInput } from '../sweep/sweep-input.ts';
import { jsonText, type ParamValue } from '../value.ts';

/** Where grid `index` of a sweep file stands: `grid`, or `grid[1]` where there is a list of them. */
export const gridKey = (input: Pick<SweepInput, 'grid'>, index: number): KeyPath =>
  Array.isArray(input.grid) ? ['grid', index] : ['grid'];

/** What is wrong with the axes of a sweep file, each alone and together with what is fixed. */
export function gridIssues(input: SweepInput, locate: Locate): SourceIssue[] {
  return gridsOf(input.grid).flatMap((grid, index) => {
    const key = gridKey(input, index);
    const axes = Object.entries(grid).map(([name, axis]) => normaliseAxis(name, axis));
    return [
      ...axes.flatMap((axis) => axisIssues(axis, key, locate)),
      ...clashes(axes, input.fixed ?? {}, key, locate),
    ];
  });
}

function axisIssues(axis: Axis, grid: KeyPath, locate: Locate): SourceIssue[] {
  const key = [...grid, axis.name];
  const problem =
    axis.kind === 'range' ? rangeProblem(axis) : axis.kind === 'log' ? logRangeProblem(axis) : null;
  if (problem !== null) return [issueAt(locate(key), key, problem)];
  if (axisSize(axis) === 0) return [issueAt(locate(key), key, 'is empty; an axis has at least one value')];
  if (axis.kind === 'list') return repeatedValues(axis.values, key, locate);
  return axis.kind === 'cases' ? repeatedCases(axis.cases, key, locate) : [];
}

function repeatedValues(values: readonly ParamValue[], key: KeyPath, locate: Locate): SourceIssue[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    const text = canonicalJson(value);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [issueAt(locate([...key, index]), [...key, index], `${cut(jsonText(value))} is there twice`)];
  });
}

function repeatedCases(
  cases: readonly { readonly name: string; readonly params: Params }[],
  key: KeyPath,
  locate: Locate,
): SourceIssue[] {
  const seen = new Map<string, string>();
  return cases.flatMap(({ name, params }) => {
    const text = canonicalJson(params);
    const first = seen.get(text);
    seen.set(text, first ?? name);
    if (first === undefined) return [];
    return [issueAt(locate([...key, name], 'key'), [...key, name], `sets the same as ${first}`)];
  });
}

/** A parameter has one source at each point: what is fixed, or one axis. */
function clashes(axes: readonly Axis[], fixed: Params, grid: KeyPath, locate: Locate): SourceIssue[] {
  const setBy = new Map<string, KeyPath>(Object.keys(fixed).map((name) => [name, ['fixed', name]]));
  const issues: SourceIssue[] = [];
  for (const axis of axes) {
    for (const parameter of parametersOf(axis)) {
      const first = setBy.get(parameter);
      const key = parameterKey(axis, parameter, grid);
      if (first === undefined) setBy.set(parameter, key);
      else {
        const { line } = locate(first, 'key');
        const where = line === null ? '' : ` (line ${line})`;
        const message = `${parameter} is set by ${renderKeyPath(first)}${where} as well; keep one`;
        issues.push(issueAt(locate(key, 'key'), key, message));
      }
    }
  }
  return issues;
}

/** Where an axis first sets `parameter`. */
export function parameterKey(axis: Axis, parameter: string, grid: KeyPath): KeyPath {
  if (axis.kind !== 'cases') return [...grid, axis.name];
  const named = axis.cases.find(({ params }) => Object.hasOwn(params, parameter));
  return [...grid, axis.name, named?.name ?? '', parameter];
}

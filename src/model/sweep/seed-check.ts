import { type Axis, axisValues, parametersOf } from '../grid/axis.ts';
import { gridKey, parameterKey } from '../grid/grid-check.ts';
import { issueAt, type SourceIssue } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';
import type { SweepFile } from './sweep-file.ts';
import type { SweepInput } from './sweep-input.ts';

/** Enough seeds to write out in a message. */
const mostShown = 100;

/** A seed that varies makes replicates of a point, not other points: intervals are over it, and `seeds` lists it. */
export function seedIssues(
  { grids }: Pick<SweepFile, 'grids'>,
  input: Pick<SweepInput, 'grid'>,
  locate: Locate,
): SourceIssue[] {
  return grids.flatMap((axes, index) =>
    axes
      .filter((axis) => parametersOf(axis).includes('seed'))
      .map((axis) => {
        const key = parameterKey(axis, 'seed', gridKey(input, index));
        const message =
          'would make a point of each seed, and trials that differ in their seed alone are replicates of one point: ' +
          `take it out of the grid and write \`${seedsLine(axis)}\` beside \`grid\`; the program finds the seed as {seed} ` +
          'in its command, or as LABSWEEP_SEED';
        return issueAt(locate(key, 'key'), key, message);
      }),
  );
}

function seedsLine(axis: Axis): string {
  const { size, at } = axisValues(axis);
  const shown = Math.min(size, mostShown);
  const values = Array.from({ length: shown }, (_, index) => at(index).params['seed']).filter(isSeed);
  if (values.length < shown) return 'seeds: [1, 2, 3]';
  if (values.every((value, index) => value === index + 1)) return `replicates: ${size}`;
  return `seeds: [${values.join(', ')}${size > mostShown ? ', …' : ''}]`;
}

const isSeed = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

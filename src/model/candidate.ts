import { type Axis, axisAt, axisSize } from './axis.ts';
import type { Params } from './params.ts';
import type { Grid, SweepFile } from './sweep-file.ts';
import { gridPoints } from './trial-count.ts';

/** A point before the program has seen it, and which value of each axis it is made of. */
export interface Candidate {
  readonly params: Params;
  readonly case: string | null;
  readonly axes: Grid;
  readonly grid: number;
  readonly indices: readonly number[];
}

/** The `position`-th point of all grids: its indices are the digits of a number whose bases are the axes' sizes. */
export function candidateAt({ grids, fixed }: SweepFile, position: number): Candidate {
  let rest = position;
  for (const [grid, axes] of grids.entries()) {
    const size = gridPoints({ grids: [axes] });
    if (rest < size) return assemble(fixed, axes, grid, indicesAt(axes, rest));
    rest -= size;
  }
  throw new RangeError(`the grid has no point ${position}`);
}

function indicesAt(axes: readonly Axis[], position: number): number[] {
  const indices: number[] = [];
  let rest = position;
  for (const axis of axes.toReversed()) {
    const size = axisSize(axis);
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return indices;
}

function assemble(fixed: Params, axes: Grid, grid: number, indices: readonly number[]): Candidate {
  const params = { ...fixed };
  const cases: string[] = [];
  for (const [place, axis] of axes.entries()) {
    const value = axisAt(axis, indices[place] ?? 0);
    Object.assign(params, value.params);
    if (value.case !== null) cases.push(value.case);
  }
  return { params, case: cases.length === 0 ? null : cases.join(', '), axes, grid, indices };
}

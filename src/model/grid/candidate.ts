import { axisSize, type AxisValue, axisValues } from './axis.ts';
import type { Values } from './decimal-range.ts';
import type { Params } from './params.ts';
import type { GridSizes } from './sample.ts';
import type { Grid, SweepFile } from '../sweep/sweep-file.ts';

/** A point before its program has seen it, and which value of each axis it is made of. */
export interface Candidate {
  readonly params: Params;
  readonly case: string | null;
  readonly axes: Grid;
  /** Which of the sweep's grids it comes from. */
  readonly grid: number;
  /** Of each axis, which of its values. */
  readonly indices: readonly number[];
}

/** Points that are not written out: a double cannot number 10^17 of them. */
export interface Candidates {
  readonly size: bigint;
  /** The one at `place`, from 0 to below `size`. */
  readonly at: (place: bigint) => Candidate;
}

/** All points of all grids, in the order of their axes, the first the slowest; each made when it is asked for. */
export function candidatesOf({ grids, fixed }: Pick<SweepFile, 'grids' | 'fixed'>): Candidates {
  const parts = grids.map((axes, grid) => gridCandidates(axes, grid, fixed));
  const at = (place: bigint): Candidate => {
    let rest = place;
    for (const part of parts) {
      if (rest < part.size) return part.at(rest);
      rest -= part.size;
    }
    throw new RangeError(`the grids have no point ${place}`);
  };
  return { size: parts.reduce((sum, { size }) => sum + size, 0n), at };
}

export const gridSizes = (grids: readonly Grid[]): GridSizes => grids.map((axes) => axes.map(axisSize));

/** A point's place is a number whose digits are its indices, each with the size of its axis as base. */
function gridCandidates(axes: Grid, grid: number, fixed: Params): Candidates {
  const values = axes.map(axisValues);
  const at = (place: bigint): Candidate => {
    const indices = Array.from<number>({ length: axes.length }).fill(0);
    let rest = place;
    for (let digit = values.length - 1; digit >= 0; digit -= 1) {
      const base = BigInt(values[digit]?.size ?? 1);
      indices[digit] = Number(rest % base);
      rest /= base;
    }
    return { ...assemble(fixed, values, indices), axes, grid, indices };
  };
  return { size: values.reduce((product, { size }) => product * BigInt(size), 1n), at };
}

function assemble(
  fixed: Params,
  values: readonly Values<AxisValue>[],
  indices: readonly number[],
): Pick<Candidate, 'params' | 'case'> {
  let params = fixed;
  const cases: string[] = [];
  for (const [place, axis] of values.entries()) {
    const value = axis.at(indices[place] ?? 0);
    params = { ...params, ...value.params };
    if (value.case !== null) cases.push(value.case);
  }
  return { params, case: cases.length === 0 ? null : cases.join(', ') };
}

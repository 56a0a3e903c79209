import type { Point } from './expansion.ts';
import { type Common, identify } from './identity.ts';
import type { TrialId } from '../ids.ts';

/** A point's replicate: the unit of result. */
export interface PlannedTrial {
  readonly trial: TrialId;
  /** Index of its point in the expansion. */
  readonly point: number;
  /** From 1. */
  readonly replicate: number;
  readonly seed: number;
  /** Hash of everything but the seed. */
  readonly shape: string;
}

/** The trials of a sweep in the order in which they are best started: replicates of a point next to each other. */
export function trialsOf(points: readonly Point[], seeds: readonly number[], common: Common): PlannedTrial[] {
  const idsOf = identify(common);
  return points.flatMap(({ index, params }) => {
    const { shape, trials } = idsOf(params, seeds);
    return trials.map((trial, place) => ({
      trial,
      point: index,
      replicate: place + 1,
      seed: seeds[place] ?? 0,
      shape,
    }));
  });
}

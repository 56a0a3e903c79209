/**
 * The scale on which the luck of a seed is about as large for good points as for bad ones: near its end an accuracy
 * moves little (J. W. Tukey, "Exploratory data analysis", 1977, chapters 3 and 15).
 */
import type { Objective } from '../../model/result/metrics.ts';

export interface Scale {
  readonly name: 'logit' | 'log' | 'identity';
  /** Of a value the one to calculate with. */
  readonly of: (value: number) => number;
}

const identity: Scale = { name: 'identity', of: (value) => value };

/** @param values all that are compared on it */
export function scaleOf({ goal }: Pick<Objective, 'goal'>, values: readonly number[]): Scale {
  const areShares = values.every((value) => value >= 0 && value <= 1);
  if (goal === 'maximize' && areShares) return logitOf(values);
  return goal === 'minimize' && values.every((value) => value >= 0) ? logOf(values) : identity;
}

function logitOf(values: readonly number[]): Scale {
  const clip = halfOfSmallest(values.map((value) => Math.min(value, 1 - value)));
  if (clip === null) return identity;
  const clipped = (value: number): number => Math.min(1 - clip, Math.max(clip, value));
  return { name: 'logit', of: (value) => Math.log(clipped(value) / (1 - clipped(value))) };
}

function logOf(values: readonly number[]): Scale {
  const clip = halfOfSmallest(values);
  return clip === null ? identity : { name: 'log', of: (value) => Math.log(Math.max(clip, value)) };
}

/** At an end itself both functions are infinite: such a value counts as half as far from it as the nearest other one. */
function halfOfSmallest(distances: readonly number[]): number | null {
  const smallest = distances.reduce((least, one) => (one > 0 ? Math.min(least, one) : least), Infinity);
  return Number.isFinite(smallest) ? smallest / 2 : null;
}

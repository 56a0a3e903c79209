/**
 * What the GPUs of a host take together, beside what it is known to bear. Its power supply is behind no figure: a server
 * whose supply is too weak for all of its GPUs goes down without a word (P5). Pure.
 */
import type { GpuFigures } from '../protocol/messages.ts';
import type { GpuLoad, HostLoad, OurShare } from './host-load.ts';

/** Of its limit, what a GPU takes that does nothing, until it was seen. */
const idleShare = 0.12;

export interface Power {
  /** Of all GPUs, as far as the driver tells. */
  readonly watts: number;
  /** Null where nothing is known against more. */
  readonly limitWatts: number | null;
}

export const powerOf = ({ gpus, ceiling }: Pick<HostLoad, 'gpus' | 'ceiling'>): Power => ({
  watts: (gpus ?? []).reduce((sum, { figures }) => sum + (figures?.powerWatts ?? 0), 0),
  limitWatts: ceiling.watts,
});

/** By so much less than the ceiling is taken before what stands still goes on, or anything starts beside it. */
const lessPower = 0.07;

export const calmWatts = (limitWatts: number): number => limitWatts * (1 - lessPower);

/** What a trial takes that keeps a GPU busy, on top of what that takes idle; null where the driver does not tell. */
export function spanWatts({
  figures,
  idleWatts,
}: {
  readonly figures: Pick<GpuFigures, 'powerLimitWatts'> | null;
  readonly idleWatts: number | null;
}): number | null {
  const limitWatts = figures?.powerLimitWatts ?? null;
  return limitWatts === null ? null : limitWatts - (idleWatts ?? limitWatts * idleShare);
}

/** Ours that will take more of a GPU than shows: they have just started, or stand still. On the cores nothing does. */
export const rising = ({ ours, gpus }: Pick<HostLoad, 'ours' | 'gpus'>): readonly OurShare[] =>
  ours.filter(
    ({ hasShownPower, suspended, isEnding, device }) =>
      !isEnding &&
      (!hasShownPower || suspended !== null) &&
      (gpus ?? []).some(({ uuid, figures }) => uuid === device && figures !== null),
  );

/**
 * What the GPUs would take together once all that rises, and one more that draws `share` of this one, have shown
 * theirs; null where the driver does not tell. No GPU takes more than its limit, however many share it.
 */
export function wattsWith(share: number, gpu: GpuLoad, host: HostLoad): number | null {
  let sum = 0;
  for (const one of host.gpus ?? []) {
    const watts = one.figures?.powerWatts ?? null;
    const limitWatts = one.figures?.powerLimitWatts ?? null;
    const span = spanWatts(one);
    if (watts === null || limitWatts === null || span === null) return null;
    const to = rising(host).reduce(
      (total, { device, watts: own }) => total + (device === one.uuid ? own : 0),
      0,
    );
    sum += Math.max(watts, Math.min(limitWatts, watts + to + (one === gpu ? share * span : 0)));
  }
  return sum;
}

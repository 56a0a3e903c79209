/**
 * Which share of a GPU a trial keeps busy, learned from those that had one to themselves: those that leave most of it
 * idle gain by sharing it. Pure.
 */
import { type Effects, expect, noEffects, observe, type Spreads } from './effects.ts';
import { type Kind, type Place, traitsOf, traitsOfPlace } from './traits.ts';

/** By what launches are alike in (model/likeness.ts). */
export type BusyShares = Map<string, Effects>;

const spreads: Spreads = {
  every: 100,
  param: 0.2,
  shape: 0.05,
  gpu: 0.15,
  host: 0.02,
  'host-of-gpu': 0.02,
};
const noise = 0.03;

/** @returns whether others are expected from now on */
export function observeBusy(
  shares: BusyShares,
  seen: { readonly launch: string; readonly kind: Kind; readonly place: Place; readonly share: number },
): boolean {
  const effects = shares.get(seen.launch) ?? noEffects(spreads);
  shares.set(seen.launch, effects);
  const traits = [...traitsOf(seen.kind), ...traitsOfPlace(seen.place)];
  return observe(effects, traits, seen.share, noise);
}

/**
 * Share of 1, rather too much than too little of a point with a value that was never seen. Null before one of its launch was seen.
 */
export function expectBusy(shares: BusyShares, launch: string, kind: Kind): number | null {
  const effects = shares.get(launch);
  if (effects === undefined) return null;
  const { mean, unseen } = expect(effects, traitsOf(kind));
  return Math.min(1, Math.max(0, mean + unseen));
}

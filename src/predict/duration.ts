/**
 * How long a trial will take, learned from those that ended: by its point, by the kind of its GPU, then by its host.
 * Logarithms of seconds for a unit of work, which is the program's own count of operations, or 1 a trial where it has
 * none. Pure; folded from the ledger's ends.
 */
import { workOf } from '../model/work.ts';
import { type Effects, expect, noEffects, observe } from './effects.ts';
import { every, type Kind, type Place, type Spreads, traitsOf, traitsOfPlace } from './traits.ts';

/** By launch. */
export type Durations = Map<string, Effects>;

export interface TimedKind extends Kind {
  readonly operations: number | null;
}

/** GPUs of two kinds differ by a factor of two, hosts of one kind by little; so do points, where a program counts its operations. */
const spreads = (operations: number | null): Spreads => ({
  param: operations === null ? 0.7 : 0.15,
  shape: operations === null ? 0.2 : 0.1,
  gpu: 0.7,
  host: 0.15,
});

/** What a start costs beside the program: where trials take less, how long they take says nothing of a host. */
const startSeconds = 0.1;
/** Seeds of one point differ by so much. */
const seedNoise = 0.04;
const shortest = 1e-3;

export function observeDuration(
  durations: Durations,
  seen: {
    readonly launch: string;
    readonly kind: TimedKind;
    readonly place: Place;
    readonly seconds: number;
  },
): void {
  const effects = durations.get(seen.launch) ?? noEffects();
  durations.set(seen.launch, effects);
  const seconds = Math.max(seen.seconds, shortest);
  const of = spreads(seen.kind.operations);
  const traits = [every, ...traitsOf(seen.kind, of), ...traitsOfPlace(seen.place, of)];
  observe(effects, traits, Math.log(seconds / workOf(seen.kind)), seedNoise + startSeconds / seconds);
}

/** Seconds on a host that is like all others; null before the first of its launch has ended. */
export function expectSeconds(durations: Durations, launch: string, kind: TimedKind): number | null {
  const effects = durations.get(launch);
  if (effects === undefined) return null;
  const { mean } = expect(effects, [every, ...traitsOf(kind, spreads(kind.operations))]);
  return Math.exp(mean) * workOf(kind);
}

/** How many times as long as on a host like all others. */
export function slownessOf(durations: Durations, launch: string, place: Place): number {
  const effects = durations.get(launch);
  return effects === undefined ? 1 : Math.exp(expect(effects, traitsOfPlace(place, spreads(null))).mean);
}

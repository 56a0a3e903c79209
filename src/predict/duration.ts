/**
 * How long a trial will take, learned from those that ended: by its point, by the kind of its GPU, then by its host.
 * Logarithms of seconds for a unit of work, which is the program's own count of operations, or 1 a trial where it has
 * none. Pure; folded from the ledger's ends.
 */
import { workOf } from '../model/work.ts';
import { doubtOf, type Effects, expect, missOf, noEffects, observe, type Spreads } from './effects.ts';
import { type Kind, type Place, traitsOf, traitsOfPlace } from './traits.ts';

/** By what launches are alike in (model/likeness.ts). */
export type Durations = Map<string, Effects>;

export interface TimedKind extends Kind {
  readonly operations: number | null;
}

/** GPUs of two kinds differ by a factor of two to three, servers by two, servers with one kind of GPU by little. */
const ofPlaces = { every: 1_000, gpu: 1, host: 0.7, 'host-of-gpu': 0.15 } as const;
/** Points differ by little for their work, where a program counts its operations. */
const counted: Spreads = { ...ofPlaces, param: 0.1, shape: 0.1 };
const uncounted: Spreads = { ...ofPlaces, param: 0.7, shape: 0.2 };

/** What a start costs beside the program: where trials take less, how long they take says nothing of a host. */
const startSeconds = 0.1;
/** Seeds of one point differ by so much. */
const seedNoise = 0.04;
const shortest = 1e-3;

/** @returns whether other times are expected from now on */
export function observeDuration(
  durations: Durations,
  seen: {
    readonly launch: string;
    readonly kind: TimedKind;
    readonly place: Place;
    readonly seconds: number;
  },
): boolean {
  const effects =
    durations.get(seen.launch) ?? noEffects(seen.kind.operations === null ? uncounted : counted);
  durations.set(seen.launch, effects);
  const seconds = Math.max(seen.seconds, shortest);
  const traits = [...traitsOf(seen.kind), ...traitsOfPlace(seen.place)];
  return observe(effects, traits, Math.log(seconds / workOf(seen.kind)), seedNoise + startSeconds / seconds);
}

/** Seconds on a host that is like all others; null before the first of its launch has ended. */
export function expectSeconds(durations: Durations, launch: string, kind: TimedKind): number | null {
  const effects = durations.get(launch);
  if (effects === undefined) return null;
  return Math.exp(expect(effects, traitsOf(kind)).mean) * workOf(kind);
}

/** How many times as long as on a host like all others. */
export function slownessOf(durations: Durations, launch: string, place: Place): number {
  const effects = durations.get(launch);
  return effects === undefined ? 1 : Math.exp(expect(effects, traitsOfPlace(place)).mean);
}

/** How far a trait that no trial with an end had may move the time of those that have it: a factor either way. */
export interface Unknown {
  readonly trait: string;
  /** A standard deviation of the factor's logarithm. */
  readonly doubt: number;
}

/**
 * What is not known of how long a trial takes there, since none like it has ended: values of its parameters, a kind of GPU, a
 * host. That no other had just this point is not meant: by how much such a one is off shows in the misses so far.
 */
export function unknownsOf(
  durations: Durations,
  launch: string,
  kind: TimedKind,
  place: Place,
): readonly Unknown[] {
  const effects = durations.get(launch);
  if (effects === undefined) return [];
  const unknowns: Unknown[] = [];
  for (const traits of [traitsOf(kind), traitsOfPlace(place)])
    for (const trait of traits) {
      const supposed = trait.kind === 'param' ? paramDoubt : 0;
      const doubt = trait.kind === 'shape' ? 0 : doubtOf(effects, trait, supposed);
      if (doubt > 0) unknowns.push({ trait: trait.name, doubt });
    }
  return unknowns;
}

/**
 * A program's operations are not its time: a model of 4 times as many may take 2 times as long on a GPU that the smaller one
 * did not fill.
 */
const paramDoubt = 0.35;

/** By which share of it a trial's time is off what was expected: a standard deviation, as trials of its launch were so far. */
export function missedShare(durations: Durations, launch: string): number {
  const effects = durations.get(launch);
  return effects === undefined ? 1 : Math.min(1, missOf(effects));
}

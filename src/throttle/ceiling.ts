/**
 * What a host is known to bear (P5). What it went down under becomes its limit, kept on the host for all that start there;
 * limits rise by full trials that it survived near them, and never up to what it died under. Pure.
 */
import type { Ceiling, Moment } from '../model/ceiling.ts';

type Capacity = Pick<Moment, 'limitWatts' | 'memoryTotalBytes'>;

/** Of the last moments before it went down. */
const tellingMs = 15_000;
/** Of the power above idle, what is let on after a crash under more than `leastPower` of the GPUs' limits. */
const keptPower = 0.8;
/** The same after a leap: what the host had borne is between these shares of what it died under. */
const keptAfterLeap = 0.7;
const leap = { least: 0.2, most: 0.5 } as const;
const leastPower = 0.6;
const coolerCelsius = 8;
const leastCelsius = 84;
const leastMemory = 0.85;
const keptMemory = 0.9;

/** After the host went down under these moments; what carried too little teaches nothing. @param at ms since 1970 */
export function learn(before: Ceiling, moments: readonly Moment[], at: number): Ceiling {
  const last = moments.at(-1);
  if (last === undefined || last.running === 0) return before;
  const telling = moments.filter((moment) => last.at - moment.at <= tellingMs);
  const most = (of: (moment: Moment) => number | null): number =>
    Math.max(...telling.map((one) => of(one) ?? 0));
  const [watts, celsius, bytes] = [
    most((one) => one.watts),
    most((one) => one.celsius),
    most((one) => one.memoryBytes),
  ];
  const learned = {
    watts:
      last.limitWatts !== null && watts > last.limitWatts * leastPower
        ? bearable(before, watts, last.idleWatts ?? 0)
        : null,
    celsius: celsius > leastCelsius ? celsius - coolerCelsius : null,
    memoryBytes: bytes > last.memoryTotalBytes * leastMemory ? bytes * keptMemory : null,
  };
  if (Object.values(learned).every((one) => one === null)) return before;
  return {
    ...lower(before, learned),
    died: { at, watts, celsius, memoryBytes: bytes, running: most((one) => one.running) },
    borneWatts: before.borneWatts,
    survived: 0,
  };
}

/** Of the power above idle most of what it died under. */
const bearable = ({ borneWatts }: Ceiling, watts: number, idle: number): number =>
  idle + (watts - idle) * keptShare((borneWatts - idle) / (watts - idle));

/**
 * No more than it has borne, where that was much. Where it was less than half, the power had leapt, maybe to far more than the
 * host bears. Where it was next to nothing, nobody had asked the host for more: that says nothing.
 */
function keptShare(borne: number): number {
  if (borne <= leap.least) return keptPower;
  return borne > leap.most ? Math.min(keptPower, borne) : keptAfterLeap;
}

type Limits = Pick<Ceiling, 'watts' | 'celsius' | 'memoryBytes'>;

const least = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

/** What keeps to both. */
export const lower = <One extends Limits>(one: One, other: Limits): One => ({
  ...one,
  watts: least(one.watts, other.watts),
  celsius: least(one.celsius, other.celsius),
  memoryBytes: least(one.memoryBytes, other.memoryBytes),
});

/** Another account's word, as far as it may go: no further than its own crash would have taught it at the least. */
export const believed = (said: Limits, { limitWatts, memoryTotalBytes }: Capacity): Limits => ({
  watts:
    said.watts === null || limitWatts === null
      ? null
      : Math.max(said.watts, limitWatts * leastPower * keptPower),
  celsius: said.celsius === null ? null : Math.max(said.celsius, leastCelsius - coolerCelsius),
  memoryBytes:
    said.memoryBytes === null
      ? null
      : Math.max(said.memoryBytes, memoryTotalBytes * leastMemory * keptMemory),
});

/** A trial that ran while the host was near its ceiling counts; after so many it rises by so much of itself. */
const fullTrials = 25;
const rises = 1.01;
/** Of what it died under: it never comes back to it. */
const mostOfDeath = 0.9;

/** After a trial that was trained to its end with the host near its power ceiling. */
export function earned(ceiling: Ceiling): Ceiling {
  const { watts, died, survived } = ceiling;
  if (watts === null) return ceiling;
  if (survived + 1 < fullTrials) return { ...ceiling, survived: survived + 1 };
  const most = (died?.watts ?? watts) * mostOfDeath;
  return { ...ceiling, survived: 0, watts: Math.max(watts, Math.min(watts * rises, most)) };
}

/** Near a ceiling is what takes so much of it. */
export const isNear = (watts: number, { watts: ceiling }: Ceiling): boolean =>
  ceiling !== null && watts >= ceiling * 0.9;

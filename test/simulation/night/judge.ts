/** What became of a night. */
import type { Eta } from '../../../src/model/eta.ts';
import type { Bearing } from '../virtual-agent.ts';
import { Knowing, listRules } from './knowing.ts';
import { Labsweep } from './labsweep.ts';
import { Night, type NightOptions } from './night.ts';
import { Parallel, PerGpu } from './schedulers.ts';

/** Nobody waits longer, in seconds. */
const longestNight = 60_000;
/** The night after is another one in the same lab. */
const nightsApart = 1_000_000;

/** Somebody who decides once a second. */
interface Decider {
  readonly isDone: boolean;
  /** What it says of the time left; null where it says nothing. */
  readonly timeLeft?: Eta | null;
  decide(): void;
}

export interface Judgement {
  readonly makespanSeconds: number;
  readonly crashes: number;
  /** Of the host that went down most. */
  readonly crashesOfOne: number;
  readonly outOfMemory: number;
  readonly done: number;
  readonly trials: number;
  /** Share of the time in which owners were there and did not have what is theirs. */
  readonly ownersDisturbed: number;
  /** What was said of the time left at half of it, beside what was left; null where nothing was said. */
  readonly saidOfHalf: number | null;
  /** Whether what was left then lay between what was said. */
  readonly withinSaid: boolean | null;
}

export const schedulers = {
  'one a GPU': (night: Night) => new PerGpu(night, 1),
  'four a GPU': (night: Night) => new PerGpu(night, 4),
  'GNU parallel': (night: Night) => new Parallel(night),
} as const satisfies Readonly<Record<string, (night: Night) => Decider>>;

export const judge = (seed: number, options: NightOptions, made: (night: Night) => Decider): Judgement => {
  const night = new Night(seed, options);
  return judgeNight(night, made(night));
};

/** @param untilSecond of the night */
export function judgeNight(night: Night, decider: Decider, untilSecond = longestNight): Judgement {
  const said: { readonly at: number; readonly left: Eta }[] = [];
  while (!decider.isDone && night.second < untilSecond) {
    night.tick();
    decider.decide();
    const left = night.second % 30 === 0 ? (decider.timeLeft ?? null) : null;
    if (left !== null) said.push({ at: night.second, left });
  }
  const half = night.second / 2;
  const atHalf = said.find(({ at }) => at >= half);
  const byHost = Map.groupBy(night.crashes, ({ server }) => server);
  return {
    makespanSeconds: night.second,
    crashes: night.crashes.length,
    crashesOfOne: Math.max(0, ...[...byHost.values()].map(({ length }) => length)),
    outOfMemory: night.outOfMemory,
    done: night.done.size,
    trials: night.trials.length,
    ownersDisturbed: night.ownersDisturbed / Math.max(1, night.ownersWanted),
    saidOfHalf: atHalf === undefined ? null : atHalf.left.seconds / (night.second - atHalf.at),
    withinSaid: atHalf === undefined ? null : isWithin(night.second - atHalf.at, atHalf.left),
  };
}

const isWithin = (seconds: number, { low, high }: Eta): boolean => seconds >= low && seconds <= high;

/** Nights in one lab, one after the other: what hosts have learned in the first they know in the next. */
export function judgeLabsweep(
  seed: number,
  options: NightOptions,
  { isDeclared, nights, untilSecond }: { isDeclared: boolean; nights: number; untilSecond?: number },
): Judgement[] {
  let bearings: ReadonlyMap<string, Bearing> = new Map();
  const { servers } = new Night(seed, options);
  const machines = servers.map(({ machine }) => machine);
  return Array.from({ length: nights }, (_, place) => {
    const night = new Night(seed + place * nightsApart, { ...options, machines });
    const labsweep = new Labsweep(night, seed, { isDeclared, bearings });
    bearings = labsweep.bearings;
    return judgeNight(night, labsweep, untilSecond);
  });
}

export const isWhole = ({ done, trials }: Judgement): boolean => done === trials;

/** More than this share of owners' time no schedule may take that others are held against. */
const mostDisturbed = 0.02;

/**
 * The fastest of the schedules that know all, train all, and leave owners alone.
 *
 * @throws where none does: then there is nothing to hold others against
 */
export function judgeKnowing(seed: number, options: NightOptions): Judgement {
  const all = listRules.map((rule) => judge(seed, options, (night) => new Knowing(night, rule)));
  const allowed = all.filter((one) => isWhole(one) && one.ownersDisturbed <= mostDisturbed);
  const [best] = allowed.toSorted((one, other) => one.makespanSeconds - other.makespanSeconds);
  if (best === undefined)
    throw new Error(`no schedule that knows all trains all of seed ${seed} beside its owners`);
  return best;
}

/** What became of a night. */
import { Knowing, listRules } from './knowing.ts';
import { Night, type NightOptions } from './night.ts';
import { Labsweep } from './labsweep.ts';
import { Parallel, PerGpu } from './schedulers.ts';

/** Nobody waits longer, in seconds. */
const longestNight = 60_000;

/** Somebody who decides once a second. */
interface Decider {
  readonly isDone: boolean;
  decide(): void;
}

export interface Judgement {
  readonly makespanSeconds: number;
  readonly crashes: number;
  readonly outOfMemory: number;
  readonly done: number;
  readonly trials: number;
  /** Share of the time in which owners were there and did not have what is theirs. */
  readonly ownersDisturbed: number;
}

export const schedulers = {
  'one a GPU': (night: Night) => new PerGpu(night, 1),
  'four a GPU': (night: Night) => new PerGpu(night, 4),
  'GNU parallel': (night: Night) => new Parallel(night),
  labsweep: (night: Night, seed: number) => new Labsweep(night, seed, { isDeclared: true }),
  'labsweep, undeclared': (night: Night, seed: number) => new Labsweep(night, seed, { isDeclared: false }),
} as const satisfies Readonly<Record<string, (night: Night, seed: number) => Decider>>;

export function judge(
  seed: number,
  options: NightOptions,
  made: (night: Night, seed: number) => Decider,
): Judgement {
  const night = new Night(seed, options);
  const scheduler = made(night, seed);
  while (!scheduler.isDone && night.second < longestNight) {
    night.tick();
    scheduler.decide();
  }
  return {
    makespanSeconds: night.second,
    crashes: night.crashes.length,
    outOfMemory: night.outOfMemory,
    done: night.done.size,
    trials: night.trials.length,
    ownersDisturbed: night.ownersDisturbed / Math.max(1, night.ownersWanted),
  };
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

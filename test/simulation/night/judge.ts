/** What became of a night. */
import { Knowing, listRules } from './knowing.ts';
import { Night, type NightOptions } from './night.ts';
import { Parallel, PerGpu, type Scheduler } from './schedulers.ts';

/** Nobody waits longer, in seconds. */
const longestNight = 60_000;

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
} as const satisfies Readonly<Record<string, (night: Night) => Scheduler>>;

export function judge(seed: number, options: NightOptions, made: (night: Night) => Scheduler): Judgement {
  const night = new Night(seed, options);
  const scheduler = made(night);
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

/** The fastest of the schedules that know all; those that disturb owners more than 2 % of their time count for less. */
export function judgeKnowing(seed: number, options: NightOptions): Judgement {
  const all = listRules.map((rule) => judge(seed, options, (night) => new Knowing(night, rule)));
  const allowed = all.filter(({ ownersDisturbed }) => ownersDisturbed <= 0.02);
  const [best] = (allowed.length > 0 ? allowed : all).toSorted(
    (one, other) => one.makespanSeconds - other.makespanSeconds,
  );
  if (best === undefined) throw new Error('there is no rule');
  return best;
}

/** A coordinator that is killed at random moments and resumed: the leaderboard is that of an undisturbed run. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bed } from '../../test/bed/bed.ts';
import { Person } from '../../test/e2e/person.ts';
import { Random } from '../../test/simulation/random.ts';
import { eventsOf, leaderboardText, takeMarks, writeCountingSweep } from './counting-sweep.ts';

export interface KillsOptions {
  readonly rounds: number;
  readonly trials: number;
  readonly kills: number;
  /** Of each trial. */
  readonly seconds: number;
  readonly seed: number;
}

export interface KillsRound {
  readonly seed: number;
  /** When each coordinator was killed, in ms since it began. */
  readonly killedAfterMs: readonly number[];
  /** How many it was meant to be less those that had ended before. */
  readonly kills: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly sameLeaderboard: boolean;
  readonly seconds: number;
}

const earliestMs = 300;
const latestMs = 2_500;

export async function killCoordinators(
  bed: Bed,
  options: KillsOptions,
  said: (round: KillsRound) => void = () => {},
): Promise<KillsRound[]> {
  const expected = await undisturbed(bed, options);
  const rounds: KillsRound[] = [];
  for (let index = 0; index < options.rounds; index += 1) {
    const round = await killRound(bed, options, options.seed + index, expected);
    rounds.push(round);
    said(round);
  }
  return rounds;
}

async function undisturbed(bed: Bed, { trials, seconds }: KillsOptions): Promise<string> {
  const person = new Person(bed);
  try {
    writeCountingSweep(person, trials, seconds);
    const { code, stderr } = await person.type('run', 'sweep.yaml');
    if (code !== 0) throw new Error(`the undisturbed run ended with ${code}: ${stderr}`);
    await takeMarks(bed);
    return await leaderboardText(person);
  } finally {
    await person.leave();
  }
}

async function killRound(
  bed: Bed,
  { trials, seconds, kills }: KillsOptions,
  seed: number,
  expected: string,
): Promise<KillsRound> {
  const random = new Random(seed);
  const person = new Person(bed);
  const began = performance.now();
  const killedAfterMs: number[] = [];
  try {
    writeCountingSweep(person, trials, seconds);
    for (let kill = 0; kill < kills; kill += 1) {
      const run = person.begin(...(kill === 0 ? ['run', 'sweep.yaml'] : howToGoOn(person)));
      const afterMs = random.between(earliestMs, latestMs);
      const hasEnded = await Promise.race([run.ended.then(() => true), pause(afterMs, false)]);
      if (hasEnded) break;
      await run.kill();
      killedAfterMs.push(afterMs);
    }
    const last = await person.type(...howToGoOn(person));
    if (last.code !== 0)
      throw new Error(`seed ${seed}: the last one ended with ${last.code}: ${last.stderr}`);
    const done = Map.groupBy((await takeMarks(bed)).done, ({ x }) => x);
    const counts = Array.from({ length: trials }, (_, index) => done.get(index + 1)?.length ?? 0);
    return {
      seed,
      killedAfterMs,
      kills: killedAfterMs.length,
      lost: counts.filter((count) => count === 0).length,
      duplicated: counts.filter((count) => count > 1).length,
      sameLeaderboard: (await leaderboardText(person)) === expected,
      seconds: (performance.now() - began) / 1_000,
    };
  } finally {
    await person.leave();
  }
}

/** Killed before it had declared the sweep, there is nothing to resume yet. */
function howToGoOn(person: Person): string[] {
  const isDeclared = eventsOf(person).some(({ kind }) => kind === 'sweep-opened');
  return isDeclared ? ['resume', 'counting'] : ['run', 'sweep.yaml'];
}

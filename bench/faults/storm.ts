/** A lab in which everything goes wrong while a sweep runs, and what became of each trial. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bed } from '../../test/bed/bed.ts';
import { Person } from '../../test/e2e/person.ts';
import { Random } from '../../test/simulation/random.ts';
import { eventsOf, takeMarks, writeCountingSweep, wrongResults } from './counting-sweep.ts';
import { type Fault, type Happened, scheduleOf, type StormShape } from './schedule.ts';
import { storiesOf, type TrialStory } from './stories.ts';

export interface StormOptions extends StormShape {
  readonly seed: number;
  readonly trials: number;
  /** Of each trial. */
  readonly seconds: number;
}

export interface StormReport {
  readonly faults: readonly Happened[];
  readonly stories: readonly TrialStory[];
  /** What should not have happened, each in a sentence. */
  readonly wrong: readonly string[];
  readonly seconds: number;
}

/** Begins each fault at its time; ends the sweep's coordinator with SIGKILL where one is due, and resumes it. */
export async function storm(
  bed: Bed,
  options: StormOptions,
  say: (line: string) => void = () => {},
): Promise<StormReport> {
  const faults = scheduleOf(
    options,
    bed.hosts.map(({ name }) => name),
    new Random(options.seed),
  );
  const person = new Person(bed);
  const began = Date.now();
  try {
    writeCountingSweep(person, options.trials, options.seconds);
    let run = person.begin('run', 'sweep.yaml');
    const happened: Happened[] = [];
    const sinceMs = (): number => Date.now() - began;
    const befall = async (fault: Fault): Promise<void> => {
      await pause(Math.max(0, began + fault.atMs - Date.now()));
      const atMs = sinceMs();
      say(`${(atMs / 1_000).toFixed(1)} s: ${textOf(fault)}`);
      const hit = (): void => void happened.push({ ...fault, atMs, untilMs: sinceMs() });
      if (fault.kind === 'coordinator killed') {
        await run.kill();
        hit();
        run = person.begin('resume', 'counting');
      } else await befallHost(bed, fault, hit);
    };
    await Promise.all(faults.map(befall));
    const { code, stderr } = await run.ended;
    if (code !== 0) throw new Error(`seed ${options.seed}: the run ended with ${code}: ${stderr}`);
    const events = eventsOf(person);
    const told = storiesOf(events, await takeMarks(bed), happened, began);
    return {
      faults: happened,
      stories: told.stories,
      wrong: [...(await wrongResults(person, options.trials)), ...told.wrong],
      seconds: (Date.now() - began) / 1_000,
    };
  } finally {
    await person.leave();
  }
}

/** @param hit told as soon as the host has gone, before it comes back */
export async function befallHost(
  bed: Bed,
  { kind, host: name, atMs, forMs }: Fault,
  hit: () => void,
): Promise<void> {
  const host = bed.host(name ?? '');
  switch (kind) {
    case 'power loss':
      await host.crashTorn(atMs);
      hit();
      await pause(forMs);
      return host.start();
    case 'reboot':
      await host.halt();
      hit();
      return host.start();
    case 'cut':
      await host.cut();
      hit();
      await pause(forMs);
      return host.heal();
    case 'agent killed':
      await host.exec('pkill', ['-KILL', '-u', 'lab', '-f', 'agent/[0-9a-f]*.mjs serve']);
      return hit();
    case 'coordinator killed':
      throw new Error('that is no host');
    default:
      kind satisfies never;
  }
}

export const textOf = ({ kind, host, forMs }: Fault): string =>
  [
    kind,
    ...(host === null ? [] : [`on ${host}`]),
    ...(forMs === 0 ? [] : [`for ${Math.round(forMs / 1_000)} s`]),
  ].join(' ');

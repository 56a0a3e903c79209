/**
 * Both shipped cores, the network and the hosts as one deterministic program on a virtual clock, all from one seed:
 * first everything may fail, then the faults heal and all of it must come to its end.
 */
import type { PointDeclaration } from '../../src/ledger/events.ts';
import { sweepName } from '../../src/model/ids.ts';
import { declarationOf, pointOf } from '../coordinator/world.ts';
import { VirtualClock } from './clock.ts';
import { finalBreach, Promises } from './promises.ts';
import { Random } from './random.ts';
import { Story } from './story.ts';
import { emptyDisk, VirtualCoordinator } from './virtual-coordinator.ts';
import { VirtualHost } from './virtual-host.ts';

export interface Simulated {
  readonly seed: number;
  /** The broken promise, or null. */
  readonly breach: string | null;
  readonly steps: number;
  readonly faults: number;
  readonly story: readonly string[];
}

/** Virtual time in which faults are injected, and by which everything must have ended. */
const stormMs = 120_000;
const patienceMs = 3_600_000;

export function simulate(seed: number): Simulated {
  const random = new Random(seed);
  const clock = new VirtualClock();
  const story = new Story(() => clock.nowMs);
  const disk = emptyDisk();
  const hosts = Array.from(
    { length: random.between(1, 4) },
    (_, index) => new VirtualHost(`host${index + 1}`, clock, random, story),
  );
  const points = trialsOf(random);
  let coordinator = start();

  function start(): VirtualCoordinator {
    story.tell('coordinator: starts');
    const started = new VirtualCoordinator(clock, random, story, disk, hosts);
    started.run(declarationOf(), points);
    return started;
  }

  function watch(): void {
    if (!coordinator.alive) coordinator = start();
    clock.after(random.between(500, 5_000), watch);
  }

  function fault(): void {
    if (clock.nowMs > stormMs) return;
    story.faults += 1;
    const host = random.pick(hosts);
    const faults = [
      () => kill(),
      () => host.killAgent(),
      () => cut(host.name),
      () => cut(host.name),
      () => host.losePower(),
      () => fillDisk(),
    ];
    random.pick(faults)();
    clock.after(random.between(200, 12_000), fault);
  }

  function kill(): void {
    story.tell('coordinator: killed');
    coordinator.die();
  }

  function cut(name: string): void {
    story.tell(`${name}: cable out`);
    coordinator.cut(name);
  }

  function fillDisk(): void {
    story.tell('coordinator: its disk is full');
    disk.fullUntil = clock.nowMs + random.between(100, 3_000);
  }

  clock.after(1_000, watch);
  clock.after(random.between(100, 3_000), fault);
  const promises = new Promises();
  const settled = () => {
    const sweep = coordinator.state.ledger.sweeps.get(sweepName('lab'));
    return clock.nowMs > stormMs && coordinator.alive && sweep !== undefined && isDone(sweep.counts);
  };
  let steps = 0;
  let breach: string | null = null;
  try {
    while (breach === null && !settled() && clock.nowMs < patienceMs && clock.step()) {
      steps += 1;
      breach = promises.check(disk.events, story, hosts);
    }
    breach ??= finalBreach(coordinator.state.ledger, story);
  } catch (error) {
    breach = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  return { seed, breach, steps, faults: story.faults, story: story.lines };
}

const isDone = (counts: Record<string, number>): boolean =>
  counts['queued'] === 0 && counts['leased'] === 0 && counts['running'] === 0;

/** Trials of a few seconds, some of which fail whenever they run; at least two do not, so that the sweep goes on. */
function trialsOf(random: Random): PointDeclaration[] {
  return Array.from({ length: random.between(3, 30) }, (_, x) =>
    pointOf(x, {
      params: { x, seconds: random.between(0, 40) / 4, fails: x > 1 && random.chance(0.1) },
      resources: {
        cpus: random.between(0, 2),
        gpus: 0,
        gpuMemoryBytes: null,
        hostMemoryBytes: null,
        diskBytes: null,
      },
    }),
  );
}

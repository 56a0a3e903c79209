/**
 * Both shipped cores, the network and the hosts as one deterministic program on a virtual clock, all from one seed:
 * first everything may fail, then the faults heal and all of it must come to its end.
 */
import type { Command } from '../../src/coordinator/core/command.ts';
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
  /** Attempts that hosts gave back before they had started. */
  readonly takenBack: number;
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
  const hosts = hostsOf(clock, random, story);
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
    else if (clock.nowMs > stormMs) mend();
    clock.after(random.between(500, 5_000), watch);
  }

  /** People take back what they said, once. */
  function mend(): void {
    const { ledger } = coordinator.state;
    for (const { name, closed } of ledger.hosts.values())
      if (closed !== null) coordinator.ask({ kind: 'on', host: name });
    if ([...ledger.sweeps.values()].some(({ status }) => status.kind !== 'open'))
      coordinator.ask({ kind: 'resume', sweep: null });
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
      () => say({ kind: 'drain', host: host.name }),
      () => say({ kind: 'off', host: host.name, because: 'taken out' }),
      () => say({ kind: 'on', host: host.name }),
      () => say({ kind: 'pause', sweep: null }),
      () => say({ kind: 'resume', sweep: null }),
    ];
    random.pick(faults)();
    clock.after(random.between(200, 12_000), fault);
  }

  function say(command: Command): void {
    story.tell(`a person: ${JSON.stringify(command)}`);
    coordinator.ask(command);
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
    if (clock.nowMs <= stormMs || !coordinator.alive || sweep === undefined) return false;
    return sweep.status.kind === 'open' && isDone(sweep.counts);
  };
  let steps = 0;
  let breach: string | null = null;
  try {
    while (breach === null && !settled() && clock.nowMs < patienceMs && clock.step()) {
      steps += 1;
      breach = promises.check(disk.events, story, hosts);
    }
    breach ??= finalBreach(coordinator.state.ledger, story, hosts);
  } catch (error) {
    breach = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  return { seed, breach, steps, faults: story.faults, takenBack: promises.takeBacks, story: story.lines };
}

const isDone = (counts: Record<string, number>): boolean =>
  counts['cancelled'] === 0 && counts['queued'] === 0 && counts['leased'] === 0 && counts['running'] === 0;

/** Fast ones and slow ones; where there are several, one of them may fail whatever it is given. */
function hostsOf(clock: VirtualClock, random: Random, story: Story): VirtualHost[] {
  const count = random.between(1, 5);
  const broken = count > 1 && random.chance(0.3) ? random.between(1, count) : null;
  return Array.from({ length: count }, (_, index) => {
    const nature = { speed: random.between(1, 8) / 2, isBroken: broken === index + 1 };
    return new VirtualHost(`host${index + 1}`, nature, clock, random, story);
  });
}

/** Trials of a few seconds, some of which fail whenever they run; at least two do not, so that the sweep goes on. */
function trialsOf(random: Random): PointDeclaration[] {
  return Array.from({ length: random.between(3, 50) }, (_, x) =>
    pointOf(x, {
      params: { x, seconds: random.between(0, 40) / 4, fails: x > 1 && random.chance(0.1) },
      resources: {
        cpus: random.between(0, 2),
        gpus: random.chance(0.5) ? 1 : 0,
        gpuMemoryBytes: random.between(1, 10) * 2 ** 30,
        hostMemoryBytes: null,
        diskBytes: null,
      },
    }),
  );
}

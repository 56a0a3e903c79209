/** P6: what is said of waiting trials is what the plan does with them, whatever state hosts and sweeps are in. */
import { describe, expect, it } from 'vitest';
import type { CoordinatorEvent, Instruction } from '../../src/coordinator/core/events.ts';
import type { ListedHost } from '../../src/coordinator/hosts/fleet-host.ts';
import { plan } from '../../src/coordinator/scheduler/plan.ts';
import { waitsOf } from '../../src/coordinator/why/waits.ts';
import type { PointDeclaration } from '../../src/ledger/events.ts';
import type { Trial } from '../../src/ledger/state.ts';
import { waitingKey } from '../../src/ledger/waiting-key.ts';
import { hostName } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/result/outcome.ts';
import { type Refusal, refusalText } from '../../src/model/refusal/refusal.ts';
import { noLimits } from '../../src/throttle/limits.ts';
import { plainHost } from '../plain-host.ts';
import { Random } from '../simulation/random.ts';
import { calm, declarationOf, endOf, factsOf, failure, pointOf, World } from './world.ts';
import type { ToldEvent } from '../told.ts';

const gib = 2 ** 30;
const launch = 'launch-1';
const names = ['cedar', 'birch', 'alder', 'maple'];

function hostsOf(random: Random): ListedHost[] {
  return names.slice(0, random.between(1, 4)).map((name) => ({
    ...plainHost(name, {
      ...noLimits,
      slots: random.chance(0.5) ? random.between(1, 3) : null,
      devices: random.chance(0.3)
        ? [{ gpu: 0, owner: null, policy: null, hours: null, off: 'its fan is broken' }]
        : [],
    }),
    labels: random.chance(0.7) ? ['cuda12'] : [],
    off: random.chance(0.1) ? 'PSU broken' : null,
  }));
}

const pointsOf = (random: Random): PointDeclaration[] =>
  Array.from({ length: random.between(1, 12) }, (_, x) =>
    pointOf(x, {
      resources: {
        cpus: random.chance(0.1) ? 64 : 1,
        gpus: random.chance(0.4) ? 1 : 0,
        gpuMemoryBytes: random.chance(0.2) ? 64 * gib : null,
        hostMemoryBytes: random.chance(0.1) ? 512 * gib : null,
        diskBytes: null,
      },
    }),
  );

const outcomes: readonly Outcome[] = [
  { kind: 'succeeded' },
  failure(),
  { kind: 'vanished' },
  { kind: 'lost', reason: 'reboot' },
  { kind: 'lost', reason: 'reboot' },
  { kind: 'not-started', reason: 'no-space', message: 'no space left' },
];

/** What happens next in such a lab: mostly to hosts that have something, with words that fit or do not. */
function happening(world: World, random: Random, usual: Outcome): ToldEvent {
  const host = hostName(random.pick(names.slice(0, world.state.fleet.size)));
  const { ledger } = world.state;
  const open = [...(ledger.hosts.get(host)?.open ?? [])];
  const attempt = open[0];
  const device = random.chance(0.5)
    ? [{ uuid: `GPU-${host}`, index: 0, name: 'A', memoryBytes: 16 * gib, problem: null }]
    : [];
  const facts = { ...factsOf(random.between(1, 4)), gpus: device };
  const refusals = [{ kind: 'load', othersLoad: 9, limit: 2 } as const];
  const held = attempt === undefined ? [] : [{ attempt, refusals }];
  const isLeft = random.chance(0.5);
  const end = endOf(random.chance(0.7) ? usual : random.pick(outcomes), 0.5);
  const say = (
    message: Extract<CoordinatorEvent, { kind: 'host-message' }>['message'],
  ): CoordinatorEvent => ({
    kind: 'host-message',
    host,
    message,
  });
  const told = say({ kind: 'state', backlog: open, running: [], ended: [] });
  const connected: CoordinatorEvent = {
    kind: 'host-connected',
    host,
    facts,
    endsWithLogin: random.chance(0.1) ? 'linger is off' : null,
  };
  const ready = { kind: 'launch-ready', host, launch } as const;
  const ended = attempt === undefined ? ready : say({ kind: 'ended', attempt, end, files: [] });
  const { link } = world.state.fleet.get(host) ?? {};
  const onwards = link?.kind === 'ready' ? ended : link?.kind === 'reconciling' ? told : connected;
  if (random.chance(0.6)) return link?.kind === 'ready' && !link.launches.has(launch) ? ready : onwards;
  const events: ToldEvent[] = [
    connected,
    say({ kind: 'state', backlog: [], running: [], ended: [] }),
    told,
    ready,
    { kind: 'launch-refused', host, launch, problem: '`setup` failed', logTail: '' },
    { kind: 'host-disconnected', host, because: 'no route to host' },
    { kind: 'host-given-up', host, because: 'its key has changed' },
    say({ kind: 'stuck', because: 'its disk is full' }),
    say({ kind: 'figures', figures: calm, holds: isLeft ? held : [], others: [], moment: null }),
    { kind: 'time-passed', sinceMs: 1_000 },
    { kind: 'asked', by: 1, command: { kind: isLeft ? 'drain' : 'on', host } },
    { kind: 'asked', by: 1, command: { kind: isLeft ? 'pause' : 'resume', sweep: 'lab' } },
  ];
  if (attempt !== undefined)
    events.push(
      say({ kind: 'started', attempts: [{ attempt, device: 'cpu' }] }),
      ended,
      say({ kind: 'taken-back', attempts: [attempt], kept: [] }),
    );
  return random.pick(events);
}

const queuedIn = (world: World): Trial[] =>
  [...world.state.ledger.trials.values()].filter(({ status }) => status.kind === 'queued');

/** What is said to be against a trial, by host; null: nothing is said of it. */
function saidOf(world: World, trial: Trial): Map<string, Refusal | null> | null {
  const [said] = waitsOf(world.state, world.now).values();
  const key = waitingKey(world.state.ledger, trial);
  const waits = said?.waits.find(({ keys }) => keys.includes(key));
  return waits === undefined ? null : new Map(waits.hosts.map(({ host, refusal }) => [host, refusal]));
}

const leasedIn = (instructions: readonly Instruction[]): [trial: string, host: string][] =>
  instructions
    .flatMap((one) => (one.kind === 'commit' ? one.events : []))
    .flatMap((fact) =>
      fact.kind === 'leased' ? fact.leases.map(({ trial }): [string, string] => [trial, fact.host]) : [],
    );

function waitsForCheckpoint(world: World, { id, attempts }: Trial): boolean {
  const [said] = waitsOf(world.state, world.now).values();
  const isOnItsWay = attempts.some((attempt) =>
    [...(world.state.carries.get(attempt)?.values() ?? [])].some(({ kind }) => kind === 'on-its-way'),
  );
  return isOnItsWay || said?.awaits.some(({ trial }) => trial === id) === true;
}

function live(seed: number, seen: Set<string>): void {
  const random = new Random(seed);
  const world = new World(hostsOf(random));
  const concurrent = random.chance(0.3) ? random.between(1, 3) : null;
  const usual = random.pick(outcomes);
  const labels = random.chance(0.3) ? ['cuda12'] : [];
  world.declare(declarationOf({ concurrent, labels, retries: 3 }), pointsOf(random));
  for (let step = 0; step < 90; step += 1) {
    world.now += random.chance(0.1) ? 3_600_000 : 500;
    world.decide(happening(world, random, usual));
    const before = new Map(queuedIn(world).map((trial) => [trial.id, saidOf(world, trial)]));
    for (const [trial, host] of leasedIn(world.decide({ kind: 'plan' })))
      expect(before.get(trial as Trial['id'])?.get(host), `seed ${seed}, step ${step}`).toBeNull();
    const next = [...plan(world.state, world.now).assignments.values()].flat().map(({ trial }) => trial);
    for (const trial of queuedIn(world)) {
      const said = saidOf(world, trial);
      for (const refusal of said?.values() ?? []) if (refusal !== null) seen.add(refusal.kind);
      const isOpen = said !== null && [...said.values()].includes(null);
      const isPlanned = next.includes(trial) || waitsForCheckpoint(world, trial);
      expect(isOpen && !isPlanned, `seed ${seed}, step ${step}: ${trial.id} could go and does not`).toBe(
        false,
      );
    }
  }
}

describe('P6 what is said of trials that wait', () => {
  it('is what the plan did, in every state that 150 labs came to', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 150; seed += 1) live(seed, seen);
    expect([...seen].toSorted()).toEqual([
      'concurrent',
      'failed-there',
      'gpus',
      'labels',
      'memory',
      'no-gpu',
      'off',
      'preparing',
      'quarantined',
      'queue',
      'unprepared',
      'unreachable',
      'went-down',
    ]);
  });

  it('is that the only GPU of a host is off, and not that the host has its fill', () => {
    const off = [{ gpu: 0, owner: null, policy: null, hours: null, off: 'its fan is broken' }];
    const world = new World([plainHost('cedar', { ...noLimits, devices: off })]);
    const resources = {
      cpus: 1,
      gpus: 1 as const,
      gpuMemoryBytes: null,
      hostMemoryBytes: null,
      diskBytes: null,
    };
    world.declare(declarationOf(), [pointOf(0, { resources })]);
    const host = hostName('cedar');
    const gpus = [{ uuid: 'GPU-0', index: 0, name: 'A', memoryBytes: 16 * gib, problem: null }];
    world.post({ kind: 'host-connected', host, facts: { ...factsOf(), gpus }, endsWithLogin: null });
    world.say('cedar', { kind: 'state', backlog: [], running: [], ended: [] });
    world.post({ kind: 'launch-ready', host, launch });
    const [trial] = queuedIn(world);
    const refusal = trial === undefined ? null : saidOf(world, trial)?.get('cedar');
    expect(refusal && refusalText(refusal)).toBe('GPU 0 is off: its fan is broken');
  });
});

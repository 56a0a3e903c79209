import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import { hostName, type TrialId, trialId } from '../../src/model/ids.ts';
import { declarationOf, endOf, leasesIn, pointOf, points, sentIn, World } from './world.ts';

const longer: Parameters<typeof declarationOf>[0] = {
  launch: 'launch-2',
  spec: { ...declarationOf().spec, timeoutMs: 7_200_000 },
};
const resources = { cpus: 2, gpus: 0, gpuMemoryBytes: null, hostMemoryBytes: null, diskBytes: null } as const;

/** Cedar runs the first trial, the others that it was leased wait there. */
function atWork(declaration = declarationOf()) {
  const world = new World();
  world.declare(declaration, points(6));
  const [running = '', ...waiting] = leasesIn(world.ready('cedar'));
  world.say('cedar', { kind: 'started', attempts: [{ attempt: running, device: 'cpu' }] });
  return { world, running, waiting };
}
const trialOf = (world: World, attempt: string): TrialId =>
  [...world.state.ledger.attempts.values()].find(({ id }) => id === attempt)?.trial ?? trialId('');
const askedBack = (instructions: readonly Instruction[]): unknown[] => sentIn(instructions, 'take-back');
const without = (world: World, attempt: string) =>
  points(6).filter((point) => !point.trials.includes(trialOf(world, attempt)));

describe('P3 a sweep that is edited while it runs', () => {
  it('cancels what was removed and runs or waits, and queues it again once it is put back', () => {
    const { world, running, waiting } = atWork();
    const [removed = ''] = waiting;
    for (const attempt of [running, removed]) {
      const edited = world.declare(declarationOf(), without(world, attempt));
      expect(sentIn(edited, 'cancel')).toEqual([{ kind: 'cancel', attempts: [attempt] }]);
      world.end(attempt, endOf({ kind: 'cancelled' }));
      expect(world.state.ledger.trials.get(trialOf(world, attempt))?.status.kind).toBe('cancelled');
      world.declare(declarationOf(), points(6));
      expect(world.state.ledger.trials.get(trialOf(world, attempt))?.status.kind).not.toBe('cancelled');
    }
  });

  it('leaves alone what runs and waits where points are added', () => {
    const { world } = atWork();
    const edited = world.declare(declarationOf(), points(9));
    expect(askedBack(edited)).toEqual([]);
    expect(sentIn(edited, 'cancel')).toEqual([]);
  });

  it('takes back what waits by an older timeout, and leases it by the new one', () => {
    const { world, waiting } = atWork();
    expect(askedBack(world.declare(declarationOf(longer), points(6)))).toEqual([
      { kind: 'take-back', attempts: waiting },
    ]);
    world.post({ kind: 'launch-ready', host: hostName('cedar'), launch: 'launch-2' });
    const again = world.say('cedar', { kind: 'taken-back', attempts: waiting, kept: [] });
    const launches = [...world.state.ledger.attempts.values()]
      .filter(({ status }) => status.kind === 'leased')
      .map(({ launch }) => launch);
    expect(leasesIn(again).length).toBeGreaterThan(0);
    expect(new Set(launches)).toEqual(new Set(['launch-2']));
  });

  it('takes back what waits with other resources', () => {
    const { world, waiting } = atWork();
    const heavier = points(6).map((point) => ({ ...point, resources }));
    expect(askedBack(world.declare(declarationOf(), heavier))).toEqual([
      { kind: 'take-back', attempts: waiting },
    ]);
    expect(askedBack(world.declare(declarationOf(), heavier))).toEqual([]);
  });

  it('takes back what waits above a lower `concurrent`, the last first, and nothing that runs', () => {
    const { world, waiting } = atWork();
    const edited = world.declare(declarationOf({ concurrent: 2 }), points(6));
    expect(askedBack(edited)).toEqual([{ kind: 'take-back', attempts: waiting.slice(1) }]);
    expect(
      leasesIn(world.say('cedar', { kind: 'taken-back', attempts: waiting.slice(1), kept: [] })),
    ).toEqual([]);
    expect(askedBack(world.declare(declarationOf({ concurrent: 1 }), points(6)))).toEqual([
      { kind: 'take-back', attempts: waiting.slice(0, 1) },
    ]);
  });

  it('does so on a host that was away, as soon as it is there', () => {
    const { world, running, waiting } = atWork();
    world.post({
      kind: 'host-disconnected',
      host: hostName('cedar'),
      because: 'the connection was cut',
    });
    expect(askedBack(world.declare(declarationOf(longer), points(6)))).toEqual([]);
    const trial = trialOf(world, running);
    const back = world.connect('cedar', {
      backlog: waiting,
      running: [{ attempt: running, trial, device: 'cpu', runningMs: 1 }],
    });
    expect(askedBack(back)).toEqual([{ kind: 'take-back', attempts: waiting }]);
  });

  it('counts a failure by the retries that hold when it comes', () => {
    const { world, running } = atWork(declarationOf({ retries: 0 }));
    world.declare(declarationOf({ retries: 1 }), points(6));
    const outcome = { kind: 'timeout', afterMs: 1 } as const;
    world.end(running, endOf(outcome));
    expect(world.state.ledger.trials.get(trialOf(world, running))?.status.kind).not.toBe('failed');
  });

  it('runs new replicates, and none again', () => {
    const { world, running, waiting } = atWork();
    for (const attempt of [running, ...waiting]) world.end(attempt, endOf({ kind: 'succeeded' }, 1));
    const more = points(6).map((point, x) => pointOf(x, { trials: [...point.trials, `trial-${x}-b`] }));
    world.declare(declarationOf({ seeds: [1, 2] }), more);
    const { trials } = world.state.ledger;
    for (const attempt of [running, ...waiting])
      expect(trials.get(trialOf(world, attempt))?.attempts).toHaveLength(1);
    expect(trials.get(trialId('trial-0-b'))).toMatchObject({ seed: 2, replicate: 2 });
  });
});

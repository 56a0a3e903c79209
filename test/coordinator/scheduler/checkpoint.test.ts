import { describe, expect, it } from 'vitest';
import type { CoordinatorEvent, Instruction } from '../../../src/coordinator/core/events.ts';
import { newFleetHost } from '../../../src/coordinator/hosts/fleet-host.ts';
import { attemptId, hostName, trialId } from '../../../src/model/ids.ts';
import type { Outcome } from '../../../src/model/result/outcome.ts';
import type { Lease } from '../../../src/protocol/messages.ts';
import { plainHost } from '../../plain-host.ts';
import { declarationOf, endOf, failure, leasesIn, points, World } from '../world.ts';

const leases = (instructions: readonly Instruction[], host: string): readonly Lease[] =>
  instructions.flatMap((instruction) =>
    instruction.kind === 'send' && instruction.message.kind === 'lease' && instruction.host === hostName(host)
      ? instruction.message.leases
      : [],
  );

const carries = (instructions: readonly Instruction[]): readonly Instruction[] =>
  instructions.filter(({ kind }) => kind === 'carry');

/** An end after 100 s. @param checkpointBytes what was left; null where nobody has looked */
const endWith = (outcome: Outcome, checkpointBytes: number | null = 1_000) => ({
  ...endOf(outcome),
  seconds: 100,
  checkpointBytes,
});

/** One trial that runs on cedar; birch and maple came later and are as good. */
function running(): World {
  const world = new World(['birch', 'cedar', 'maple']);
  world.declare(declarationOf({ retries: 3 }), points(1));
  expect(leasesIn(world.ready('cedar'))).toEqual(['n1-1']);
  world.ready('birch');
  world.ready('maple');
  return world;
}

const trial = trialId('trial-0');
const attempt = attemptId('n1-1');
const cedar = hostName('cedar');
const gone: Outcome = { kind: 'vanished' };

const carryTo = (host: string) => ({
  kind: 'carry',
  trial,
  attempt,
  from: 'cedar',
  to: host,
  withinMs: 60_000,
});

const carried = (
  to: string,
  problem: Extract<CoordinatorEvent, { kind: 'checkpoint-carried' }>['problem'] = null,
): CoordinatorEvent => ({ kind: 'checkpoint-carried', attempt, from: cedar, to: hostName(to), problem });

describe('a trial that left a checkpoint', () => {
  it.each<Outcome>([
    { kind: 'lost', reason: 'reboot' },
    { kind: 'lost', reason: 'shutdown' },
    { kind: 'evicted', over: 'others', message: 'its owner came back' },
  ])('goes where it is, if that would end it about as early ($kind)', (outcome) => {
    const again = running().end('n1-1', endWith(outcome));
    expect(leases(again, 'cedar')).toMatchObject([{ number: 2, continues: 'n1-1' }]);
  });

  it.each<Outcome>([gone, { kind: 'oom', message: 'the kernel killed it' }])(
    'goes elsewhere where its end speaks against the host ($kind), and on from there',
    (outcome) => {
      const world = running();
      const ended = world.end('n1-1', endWith(outcome));
      expect(leasesIn(ended)).toEqual([]);
      expect(carries(ended)).toEqual([carryTo('birch')]);
      expect(leasesIn(world.post({ kind: 'plan' }))).toEqual([]);

      expect(leasesIn(world.post(carried('maple')))).toEqual([]);
      const there = world.post(carried('birch'));
      expect(leases(there, 'birch')).toMatchObject([{ number: 2, continues: 'n1-1' }]);
      expect(world.state.ledger.attempts.get(attemptId('n1-2'))?.anew).toBeNull();
    },
  );

  it('begins anew elsewhere where it failed: its checkpoint may be why', () => {
    const world = running();
    const again = world.end('n1-1', endWith(failure()));
    expect(carries(again)).toEqual([]);
    expect(leases(again, 'birch')).toMatchObject([{ number: 2, continues: null }]);
  });

  it('goes to another host where the first cannot take it, and anew where it cannot be taken along', () => {
    const full = running();
    full.end('n1-1', endWith(gone));
    const noRoom = 'its disk has no room';
    const told = full.post(carried('birch', { at: hostName('birch'), because: noRoom }));
    expect(carries(told)).toEqual([carryTo('maple')]);
    const alsoFull = full.post(carried('maple', { at: hostName('maple'), because: noRoom }));
    expect(leasesIn(alsoFull)).toEqual(['n1-2']);
    expect(full.state.ledger.attempts.get(attemptId('n1-2'))).toMatchObject({
      continues: null,
      anew: noRoom,
    });

    const large = running();
    large.end('n1-1', endWith(gone));
    const because = 'its checkpoint is 3 GiB, and 2 GiB is the most that is carried';
    const left = large.post(carried('birch', { at: cedar, because }));
    expect(leases(left, 'birch')).toMatchObject([{ number: 2, continues: null }]);
    expect(large.state.ledger.attempts.get(attemptId('n1-2'))?.anew).toBe(because);
  });

  it('is leased where it was carried to, whoever comes free meanwhile, and whatever became of its own host', () => {
    const world = new World(['cedar', 'birch']);
    world.declare(declarationOf({ retries: 3 }), points(1));
    expect(leasesIn(world.ready('cedar'))).toEqual(['n1-1']);
    world.ready('birch');
    expect(carries(world.end('n1-1', endWith(gone)))).toEqual([carryTo('birch')]);
    world.state.fleet.set(hostName('maple'), newFleetHost(plainHost('maple')));
    world.ready('maple');
    world.decide(carried('birch'));
    const there = world.post({ kind: 'host-disconnected', host: cedar, because: 'cut' });
    expect(leases(there, 'birch')).toMatchObject([{ number: 2, continues: 'n1-1' }]);
  });

  it('is carried on from where it was carried to', () => {
    const world = running();
    world.end('n1-1', endWith(gone));
    world.decide(carried('birch'));
    world.decide({ kind: 'host-disconnected', host: cedar, because: 'cut' });
    world.decide({ kind: 'asked', by: 2, command: { kind: 'off', host: 'birch', because: 'it is moved' } });
    expect(carries(world.post({ kind: 'plan' }))).toEqual([{ ...carryTo('maple'), from: 'birch' }]);
  });

  it('is not waited for where it left nothing, and asked for where nobody has looked', () => {
    const nothing = running().end('n1-1', endWith(gone, 0));
    expect(leases(nothing, 'birch')).toMatchObject([{ number: 2, continues: null }]);
    expect(carries(running().end('n1-1', endWith(gone, null)))).toHaveLength(1);
  });

  it('is asked for again after a cut on its way', () => {
    const world = running();
    world.end('n1-1', endWith(gone));
    const cut = { kind: 'host-disconnected', because: 'cut' } as const;
    const asked = carries(world.post({ ...cut, host: hostName('birch') }));
    expect(asked).toEqual([carryTo('maple')]);
    expect(leasesIn(world.post(carried('birch')))).toEqual([]);
  });

  it('waits for a host that is away, but for no longer than it ran', () => {
    const world = running();
    world.end('n1-1', endWith(gone));
    const cut = { kind: 'host-disconnected', host: hostName('cedar'), because: 'cut' } as const;
    expect(leasesIn(world.post(cut))).toEqual([]);
    expect(leasesIn(world.pass(99_000))).toEqual([]);
    const again = world.pass(2_000);
    expect(leases(again, 'birch')).toMatchObject([{ number: 2, continues: null }]);
    expect(world.state.ledger.attempts.get(attemptId('n1-2'))?.anew).toBe(
      'its checkpoint lies on cedar, which could not be reached',
    );
  });

  it('keeps a host connected that is closed, until it has been taken along', () => {
    const world = running();
    world.post({ kind: 'asked', by: 2, command: { kind: 'off', host: 'cedar', because: 'it is moved' } });
    const left = (instructions: readonly Instruction[]): boolean =>
      instructions.some((instruction) => instruction.kind === 'leave' && instruction.host === 'cedar');
    expect(left(world.end('n1-1', endWith({ kind: 'vanished' })))).toBe(false);
    const arrived = world.post(carried('birch'));
    expect(leases(arrived, 'birch')).toMatchObject([{ continues: 'n1-1' }]);
    expect(left(world.post({ kind: 'plan' }))).toBe(true);
  });

  it('is rid of it once it has its result elsewhere', () => {
    const world = running();
    world.end('n1-1', endWith(gone));
    world.post(carried('birch'));
    const done = world.end('n1-2', endOf({ kind: 'succeeded' }, 1), 'birch');
    const message = { kind: 'drop-checkpoints', trials: [trial] };
    expect(done.filter((instruction) => instruction.kind === 'send')).toEqual(
      expect.arrayContaining([
        { kind: 'send', host: 'cedar', message },
        { kind: 'send', host: 'birch', message },
      ]),
    );
  });

  it('goes on from an earlier one where the last cannot be had', () => {
    const world = running();
    world.end('n1-1', endWith(gone));
    world.post(carried('birch'));
    world.end('n1-2', { ...endWith(gone), seconds: 0 }, 'birch');
    const cut = { kind: 'host-disconnected', host: hostName('birch'), because: 'cut' } as const;
    const asked = carries(world.post(cut));
    expect(asked).toEqual([carryTo('maple')]);
    const there = world.post(carried('maple'));
    expect(leases(there, 'maple')).toMatchObject([{ number: 3, continues: 'n1-1' }]);
  });
});

it('does not wait for its checkpoint where another host would end it markedly earlier', () => {
  const world = new World(['cedar', 'birch']);
  world.declare(declarationOf(), points(4));
  const first = leasesIn(world.ready('cedar'));
  world.now += 10_000;
  const given = [...first, ...leasesIn(world.post({ kind: 'plan' }))];
  expect(given).toHaveLength(4);
  world.say('cedar', {
    kind: 'started',
    attempts: given.slice(0, 2).map((attempt) => ({ attempt, device: 'cpu' })),
  });
  world.ready('birch');
  const again = world.end(given[0] ?? '', endWith({ kind: 'lost', reason: 'reboot' }));
  expect(carries(again)).toMatchObject([{ attempt: given[0], from: 'cedar', to: 'birch' }]);
});

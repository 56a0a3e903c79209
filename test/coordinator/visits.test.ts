import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import { newFleetHost } from '../../src/coordinator/hosts/fleet-host.ts';
import { plainHost } from '../plain-host.ts';
import { restore } from '../../src/coordinator/core/restore.ts';
import { liveFigures } from '../../src/coordinator/live.ts';
import { hostName } from '../../src/model/ids.ts';
import { beginning, endOf, leasesIn, points, sentIn, World } from './world.ts';
import { type CommandInput, ledgerEvents } from '../told.ts';

const cedar = hostName('cedar');
const ask = (world: World, command: CommandInput): readonly Instruction[] =>
  world.post({ kind: 'asked', by: 1, command });
const off: CommandInput = { kind: 'off', host: 'cedar', because: 'PSU broken' };
const goings = (instructions: readonly Instruction[]): string[] =>
  instructions.flatMap((one) => (one.kind === 'enter' || one.kind === 'leave' ? [one.kind] : []));

/** A host that runs one trial. */
function atWork(): { world: World; attempt: string } {
  const world = new World();
  world.declare(undefined, points(1));
  const [attempt = ''] = leasesIn(world.ready('cedar'));
  world.say('cedar', { kind: 'started', attempts: [{ attempt, device: 'cpu' }] });
  return { world, attempt };
}

describe('a host that is taken out of use', () => {
  it('is left once the last of what it was given has come back and is acknowledged', () => {
    const { world, attempt } = atWork();
    expect(goings(ask(world, off))).toEqual([]);
    const last = world.end(attempt, endOf({ kind: 'succeeded' }, 1));
    expect(last.map(({ kind }) => kind)).toEqual(['commit', 'send', 'leave']);
    expect(sentIn(last, 'ack')).toEqual([{ kind: 'ack', attempts: [attempt] }]);
    expect(goings(world.post({ kind: 'plan' }))).toEqual([]);
  });

  it('is kept until its artifacts have come', () => {
    const { world, attempt } = atWork();
    ask(world, { kind: 'drain', host: 'cedar' });
    const artifact = { path: 'model.bin', sizeBytes: 2e6, sha256: 'f'.repeat(64), comesBack: true };
    const end = { ...endOf({ kind: 'succeeded' }, 1), artifacts: [artifact] };
    expect(goings(world.end(attempt, end))).toEqual([]);
    const id = [...world.state.ledger.awaited.keys()][0];
    if (id === undefined) throw new Error('nothing is awaited');
    expect(goings(world.post({ kind: 'artifact-fetched', attempt: id, path: 'model.bin' }))).toEqual([
      'leave',
    ]);
  });

  it('is left at once where it holds nothing, be it there or not, and says so to nobody', () => {
    const world = new World(['cedar', 'birch']);
    world.declare();
    expect(goings(ask(world, off))).toEqual(['leave']);
    world.post({ kind: 'host-disconnected', host: cedar, because: 'the connection was cut' });
    world.connect('cedar');
    expect(world.state.fleet.get(cedar)?.link.kind).toBe('left');
    expect(liveFigures(world.state, 1, 0, world.now).hosts[0]).toMatchObject({
      state: 'off',
      because: 'PSU broken',
    });
  });

  it('is entered again when it is used again, and is leased to', () => {
    const world = new World();
    ask(world, off);
    world.declare(undefined, points(1));
    expect(goings(ask(world, { kind: 'on', host: 'cedar' }))).toEqual(['enter']);
    expect(leasesIn(world.ready('cedar'))).toHaveLength(1);
  });

  it('and is quarantined likewise', () => {
    const world = new World(['cedar', 'birch']);
    world.declare(undefined, points(12));
    const open = leasesIn(world.ready('cedar'));
    const outcome = { kind: 'not-started', reason: 'no-space', message: 'no space left on device' } as const;
    for (const attempt of open.slice(0, 3)) world.end(attempt, endOf(outcome));
    expect(world.state.ledger.hosts.get(cedar)?.quarantine).not.toBeNull();
    const rest = [...(world.state.ledger.hosts.get(cedar)?.open ?? [])];
    const taken = world.say('cedar', { kind: 'taken-back', attempts: rest, kept: [] });
    expect(goings(taken)).toEqual(['leave']);
    expect(goings(ask(world, { kind: 'resume', sweep: null }))).toEqual(['enter']);
  });
});

describe('a coordinator that begins', () => {
  const events = [
    ...beginning,
    ...ledgerEvents({ kind: 'host-closed', at: 0, host: 'cedar', because: 'PSU broken' }),
  ];

  it('enters no host that is out of use and holds nothing of its own', () => {
    const fleet = ['cedar', 'birch'].map((name) => newFleetHost(plainHost(name)));
    const state = restore(events, fleet, new Map());
    expect([...state.fleet.values()].map(({ link }) => link.kind)).toEqual(['left', 'connecting']);
  });
});

describe('a host that was given up', () => {
  const because = 'cedar shows another host key';
  const givenUp = (): World => {
    const { world } = atWork();
    world.post({ kind: 'host-disconnected', host: cedar, because });
    return world;
  };

  it.each<CommandInput>([
    { kind: 'on', host: 'cedar' },
    { kind: 'resume', sweep: null },
  ])('is tried again at once when a person says $kind', (command) => {
    const world = givenUp();
    const asked = ask(world, command);
    expect(goings(asked)).toEqual(['enter']);
    if (command.kind === 'on')
      expect(asked).toContainEqual({ kind: 'answer', to: 1, message: 'cedar is tried again' });
    expect(goings(ask(world, command))).toEqual([]);
    world.post({ kind: 'host-disconnected', host: cedar, because });
    expect(liveFigures(world.state, 1, 0, world.now).hosts[0]).toMatchObject({
      state: 'unreachable',
      because,
    });
  });
});

describe('a host whose agent cannot write down what it does', () => {
  it('is leased nothing, and says why, until it goes on', () => {
    const world = new World(['cedar', 'birch']);
    world.declare(undefined, points(40));
    world.ready('cedar');
    const stuck = { kind: 'stuck', because: 'no room' } as const;
    const [first = ''] = [...(world.state.ledger.hosts.get(cedar)?.open ?? [])];
    world.say('cedar', stuck);
    expect(liveFigures(world.state, 1, 0, world.now).hosts[0]).toMatchObject({
      state: 'unreachable',
      because: 'no room',
    });
    expect(leasesIn(world.end(first, endOf({ kind: 'succeeded' }, 1)), 'cedar')).toEqual([]);
    expect(leasesIn(world.say('cedar', { ...stuck, because: null }), 'cedar')).not.toEqual([]);
  });
});

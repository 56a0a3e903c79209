import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import type { EditedHost } from '../../src/coordinator/hosts/fleet-host.ts';
import { liveFigures } from '../../src/coordinator/live.ts';
import { isAtRest } from '../../src/coordinator/rest.ts';
import { attemptId, hostName, sweepName } from '../../src/model/ids.ts';
import { noLimits } from '../../src/throttle/limits.ts';
import { plainHost } from '../plain-host.ts';
import { declarationOf, endOf, leasesIn, points, sentIn, World } from './world.ts';

const listed = (name: string, changes: Partial<EditedHost> = {}): EditedHost => ({
  ...plainHost(name),
  isMoved: false,
  ...changes,
});
const edit = (world: World, ...hosts: readonly EditedHost[]): readonly Instruction[] =>
  world.post({ kind: 'inventory-changed', hosts });
const goings = (instructions: readonly Instruction[]): string[] =>
  instructions.flatMap((one) =>
    one.kind === 'enter' || one.kind === 'leave' ? [`${one.kind} ${one.host}`] : [],
  );
const liveOf = (world: World, name: string) =>
  liveFigures(world.state, 1, 0, world.now).hosts.find((host) => host.name === name);

function restsIn({ state }: World): boolean {
  const sweep = state.ledger.sweeps.get(sweepName('lab'));
  return sweep !== undefined && isAtRest(state, sweep);
}

/** Cedar runs one trial and has others waiting. */
function atWork(hosts: readonly string[] = ['cedar']) {
  const world = new World(hosts);
  world.declare(undefined, points(8));
  const [running = '', ...waiting] = leasesIn(world.ready('cedar'));
  world.say('cedar', { kind: 'started', attempts: [{ attempt: running, device: 'cpu' }] });
  return { world, running, waiting };
}

describe('an inventory that is edited while a sweep runs', () => {
  it('a host that is new is entered and leased to', () => {
    const { world } = atWork();
    expect(goings(edit(world, listed('cedar'), listed('birch')))).toEqual(['enter birch']);
    expect(leasesIn(world.ready('birch'), 'birch')).not.toEqual([]);
  });

  it('a GPU that it names and the host does not have is told of, as long as the driver shows all', () => {
    const { world } = atWork();
    const devices = [{ gpu: 7, owner: 'mina', policy: null, hours: null, off: null }];
    edit(world, listed('cedar', { limits: { ...noLimits, devices } }));
    expect(liveOf(world, 'cedar')).toMatchObject({
      state: 'ready',
      because:
        'its `devices` in inventory.json name GPU 7, and the host has no GPU: what they say of it holds for none',
    });
    edit(world, listed('cedar'));
    expect(liveOf(world, 'cedar')).toMatchObject({ state: 'ready', because: null });
  });

  it('a host that is new and off is listed, and not entered', () => {
    const { world } = atWork();
    expect(goings(edit(world, listed('cedar'), listed('birch', { off: 'PSU broken' })))).toEqual([]);
    expect(liveOf(world, 'birch')).toMatchObject({ state: 'off', because: 'PSU broken' });
  });

  it('a host that is taken out gives back what waits there, ends what runs there, and is then forgotten', () => {
    const { world, running, waiting } = atWork(['cedar', 'birch']);
    const out = edit(world, listed('birch'));
    expect(goings(out)).toEqual([]);
    expect(sentIn(out, 'take-back')).toEqual([{ kind: 'take-back', attempts: waiting }]);
    expect(leasesIn(out, 'cedar')).toEqual([]);
    expect(liveOf(world, 'cedar')).toMatchObject({
      state: 'off',
      because: 'it was taken out of the inventory',
    });
    expect(goings(world.say('cedar', { kind: 'taken-back', attempts: waiting, kept: [] }))).toEqual([]);
    expect(goings(world.end(running, endOf({ kind: 'succeeded' }, 1)))).toEqual(['leave cedar']);
    expect(liveOf(world, 'cedar')).toBeUndefined();
    expect(leasesIn(world.ready('birch'), 'birch').length).toBeGreaterThan(0);
  });

  it('a host that is put back before it was left goes on', () => {
    const { world, waiting } = atWork();
    edit(world, listed('birch'));
    world.say('cedar', { kind: 'taken-back', attempts: waiting, kept: [] });
    expect(leasesIn(edit(world, listed('birch'), listed('cedar')), 'cedar')).toHaveLength(waiting.length);
  });

  it('a host that goes off is emptied; one that is off no more is entered', () => {
    const world = new World(['cedar', 'birch']);
    world.declare();
    expect(goings(edit(world, listed('cedar', { off: 'PSU broken' }), listed('birch')))).toEqual([
      'leave cedar',
    ]);
    expect(goings(edit(world, listed('cedar'), listed('birch')))).toEqual(['enter cedar']);
  });

  it('another address is another connection, which tells what the host holds', () => {
    const { world } = atWork();
    expect(goings(edit(world, listed('cedar', { isMoved: true })))).toEqual(['leave cedar', 'enter cedar']);
    expect(liveOf(world, 'cedar')).toMatchObject({ state: 'connecting', running: [expect.anything()] });
  });

  it('a host that was given up is tried again at its new address', () => {
    const { world } = atWork();
    world.post({ kind: 'host-given-up', host: hostName('cedar'), because: 'no such name' });
    expect(goings(edit(world, listed('cedar')))).toEqual([]);
    expect(goings(edit(world, listed('cedar', { isMoved: true })))).toEqual(['leave cedar', 'enter cedar']);
  });

  it('other limits are told to the agent, once', () => {
    const { world } = atWork();
    const limits = { ...noLimits, slots: 1 };
    expect(sentIn(edit(world, listed('cedar', { limits })), 'limits')).toEqual([{ kind: 'limits', limits }]);
    expect(sentIn(edit(world, listed('cedar', { limits })), 'limits')).toEqual([]);
  });

  it('a host that loses the label of a sweep gives back what waits there, once', () => {
    const world = new World(['cedar']);
    edit(world, listed('cedar', { labels: ['cuda12'] }));
    world.declare(declarationOf({ labels: ['cuda12'] }), points(8));
    const [running = '', ...waiting] = leasesIn(world.ready('cedar'));
    world.say('cedar', { kind: 'started', attempts: [{ attempt: running, device: 'cpu' }] });
    expect(sentIn(edit(world, listed('cedar')), 'take-back')).toEqual([
      { kind: 'take-back', attempts: waiting },
    ]);
  });

  it('a machine that gets another name is entered once its old name is forgotten', () => {
    const { world, running, waiting } = atWork();
    expect(goings(edit(world, listed('ceder')))).toEqual(['enter ceder']);
    world.post({
      kind: 'host-given-up',
      host: hostName('ceder'),
      because: 'it is the same machine as cedar',
    });
    world.say('cedar', { kind: 'taken-back', attempts: waiting, kept: [] });
    const last = world.end(running, endOf({ kind: 'succeeded' }, 1));
    expect(goings(last)).toEqual(['leave cedar', 'enter ceder']);
  });

  it('a host that was taken out while no coordinator ran is shown while it holds something', () => {
    const { world } = atWork();
    world.state.fleet.delete(hostName('cedar'));
    expect(goings(edit(world, listed('birch')))).toEqual(['enter cedar', 'enter birch']);
    expect(liveOf(world, 'cedar')).toMatchObject({ state: 'off', running: [expect.anything()] });
    expect(restsIn(world)).toBe(false);
  });

  it('a host that was taken out and is silent loses what it holds to one that idles', () => {
    const { world, running, waiting } = atWork();
    world.state.fleet.delete(hostName('cedar'));
    edit(world, listed('birch'));
    world.ready('birch');
    const because = 'no inventory says how it is reached';
    for (let minute = 0; minute <= 16; minute += 1) {
      world.pass(60_000);
      if (minute === 0) world.post({ kind: 'host-given-up', host: hostName('cedar'), because });
      // It ends what it has, and idles.
      for (const attempt of world.state.ledger.hosts.get(hostName('birch'))?.open ?? [])
        world.end(attempt, endOf({ kind: 'succeeded' }, 1), 'birch');
    }
    const kinds = [running, ...waiting].map((id) => world.state.ledger.attempts.get(attemptId(id))?.status);
    for (const status of kinds)
      expect(status).toMatchObject({ kind: 'ended', end: { outcome: { kind: 'lost' } } });
    expect([...world.state.ledger.trials.values()].map(({ status }) => status.kind)).toEqual(
      points(8).map(() => 'succeeded'),
    );
    expect(restsIn(world)).toBe(true);
  });

  it('what cannot be meant is shown until it is mended, and changes nothing', () => {
    const { world } = atWork();
    const problem = 'inventory.json:3:5  hosts[0].limits.slots: 0 is no whole number of trials';
    const problemNow = (): string | null => liveFigures(world.state, 1, 0, world.now).inventoryProblem;
    expect(world.post({ kind: 'inventory-refused', problem })).toEqual([]);
    expect(problemNow()).toBe(problem);
    edit(world, listed('cedar'));
    expect(problemNow()).toBeNull();
  });
});

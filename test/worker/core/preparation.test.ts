import { describe, expect, it } from 'vitest';
import { launchId, ledgerId } from '../../../src/model/ids.ts';
import type { Launch } from '../../../src/model/launch.ts';
import { launchOf, leaseOf, World } from './world.ts';
import { nothingPrepared, type PreparationResult } from '../../../src/worker/core/preparation.ts';

const ready: PreparationResult = {
  kind: 'ready',
  prepared: { ...nothingPrepared, python: '/venv' },
  note: null,
};
const failed: PreparationResult = {
  kind: 'failed',
  reason: 'setup',
  message: '`setup` (make) ended with exit code 2',
  logTail: 'no rule',
  wanted: null,
};

const ledger = ledgerId('ledger');
const launch = launchId('launch');

function launches(world: World, spec: Launch, passed: Readonly<Record<string, string>> = {}): void {
  world.say(1, { kind: 'launch', launch: 'launch', spec, wheels: null, passed });
}
const leases = (world: World, ...ids: readonly string[]): void =>
  world.say(1, { kind: 'lease', leases: ids.map((id) => leaseOf(id)) });
const is = (world: World, result: PreparationResult): void =>
  world.post({ kind: 'prepared', ledger, launch, result });

describe('a launch that needs something of the host', () => {
  it('holds its trials until it is made, is made once, and is told to all who asked', () => {
    const world = World.greeted();
    launches(world, launchOf({ setup: ['make'] }));
    launches(world, launchOf({ setup: ['make'] }));
    leases(world, 'a-1');
    expect(world.take('prepare')).toMatchObject({ launch: 'launch', spec: { setup: ['make'] } });
    expect(() => world.take('prepare')).toThrow('no prepare');
    expect(() => world.take('spawn')).toThrow('no spawn');
    world.forgetFigures();
    world.sample();
    expect(world.hear('figures').holds).toEqual([
      { attempt: 'a-1', refusals: [{ kind: 'preparing', what: 'make runs' }] },
    ]);
    is(world, ready);
    expect(world.hear('launch')).toMatchObject({ launch: 'launch', problem: null });
    expect(world.take('spawn').surroundings.prepared).toMatchObject({ python: '/venv' });
  });

  it('is told of to those who wait for it, as long as they do', () => {
    const world = World.greeted();
    launches(world, launchOf({ setup: ['make'] }));
    const doing = '`setup` (make) runs for 2 s: cc -O2 train.c';
    world.post({ kind: 'preparing', ledger, launch, doing });
    expect(world.hear('preparing')).toEqual({ kind: 'preparing', launch: 'launch', doing });
    is(world, ready);
    world.forgetMessages();
    world.post({ kind: 'preparing', ledger, launch, doing });
    expect(() => world.hear('preparing')).toThrow('preparing');
  });

  it('that cannot be made starts nothing: its trials did not start, with the end of the log', () => {
    const world = World.greeted();
    launches(world, launchOf({ setup: ['make'] }));
    leases(world, 'a-1');
    world.take('prepare');
    is(world, failed);
    expect(world.hear('launch')).toMatchObject({ problem: failed.message, logTail: 'no rule' });
    const { end } = world.take('send-end');
    expect(end).toMatchObject({
      outcome: { kind: 'not-started', reason: 'setup', message: failed.message },
      logTail: 'no rule',
    });
    leases(world, 'a-2');
    expect(world.take('send-end')).toMatchObject({ attempt: 'a-2' });
  });

  it('is made anew where a coordinator asks again', () => {
    const world = World.greeted();
    launches(world, launchOf({ setup: ['make'] }));
    world.take('prepare');
    is(world, failed);
    launches(world, launchOf({ setup: ['make'] }));
    world.take('prepare');
    is(world, ready);
    leases(world, 'a-1');
    world.take('spawn');
  });

  it('by the inventory has the inventory’s word in it', () => {
    const world = World.greeted();
    const settings = { env: { A: '1' }, activate: 'module load cuda', data: {} };
    world.say(1, { kind: 'settings', settings });
    launches(world, launchOf());
    expect(world.take('prepare').settings).toEqual(settings);
    is(world, ready);
    leases(world, 'a-1');
    expect(world.take('spawn').surroundings.settings).toEqual(settings);
  });
});

describe('P9 values that a launch is passed', () => {
  const passing = launchOf({ passEnv: ['TOKEN'] });

  it('reach the start of a trial and no journal', () => {
    const world = World.greeted();
    launches(world, passing, { TOKEN: 'hunter2' });
    leases(world, 'a-1');
    expect(world.take('spawn').surroundings.passed).toEqual({ TOKEN: 'hunter2' });
    expect(world.journal.join('')).not.toContain('hunter2');
    expect(world.journal.join('')).toContain('TOKEN');
  });

  it('are gone with the agent: the next one holds such trials until a coordinator brings them', () => {
    const before = World.greeted();
    launches(before, passing, { TOKEN: 'hunter2' });
    leases(before, 'a-1', 'a-2', 'a-3', 'a-4', 'a-5');
    expect(before.spawnAll()).toEqual(['a-1', 'a-2', 'a-3', 'a-4']);

    const world = before.next();
    world.post({ kind: 'booted', facts: world.state.facts });
    for (const attempt of ['a-1', 'a-2', 'a-3', 'a-4'])
      world.post({ kind: 'exited', attempt, oomKills: null });
    world.sample();
    world.greet(1);
    world.forgetMessages();
    world.sample();
    expect(() => world.take('spawn')).toThrow('no spawn');
    expect(world.hear('figures').holds).toEqual([
      { attempt: 'a-5', refusals: [{ kind: 'pass-env', names: ['TOKEN'] }] },
    ]);
    launches(world, passing, { TOKEN: 'hunter2' });
    expect(world.take('spawn')).toMatchObject({
      lease: { attempt: 'a-5' },
      surroundings: { passed: { TOKEN: 'hunter2' } },
    });
  });
});

describe('an agent that begins', () => {
  it('makes again what its backlog needs, by the settings that it was told', () => {
    const settings = { env: { A: '1' }, activate: 'module load cuda', data: {} };
    const before = World.greeted();
    before.say(1, { kind: 'settings', settings });
    launches(before, launchOf({ setup: ['make'] }));
    leases(before, 'a-1');

    const world = before.next();
    world.post({ kind: 'booted', facts: world.state.facts });
    world.sample();
    expect(world.take('prepare')).toMatchObject({ ledger, launch, settings });
    is(world, ready);
    expect(world.take('spawn').surroundings).toMatchObject({ settings, prepared: { python: '/venv' } });
  });
});

import { describe, expect, it } from 'vitest';
import { silenceOf } from '../../src/coordinator/hosts/link.ts';
import { attemptId, hostName, trialId } from '../../src/model/ids.ts';
import type { LedgerEvent } from '../../src/ledger/events.ts';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import { lostEnd } from '../../src/coordinator/core/silence.ts';
import { restore } from '../../src/coordinator/core/restore.ts';
import { plainHost } from '../plain-host.ts';
import { beginning, declarationOf, endOf, failure, leasesIn, points, sentIn, World } from './world.ts';
import { ledgerEvents } from '../told.ts';

const minute = 60_000;

/** Two hosts, a trial that runs on cedar, and birch with nothing to do. */
function twoHosts(): { world: World; silent: string } {
  const world = new World(['cedar', 'birch']);
  world.declare(declarationOf(), points(1));
  const [silent = ''] = leasesIn(world.ready('cedar'), 'cedar');
  world.ready('birch');
  world.say('cedar', { kind: 'started', attempts: [{ attempt: silent, device: 'cpu' }] });
  return { world, silent };
}

const tryInVain = (world: World, host = 'cedar') =>
  world.post({ kind: 'host-disconnected', host: hostName(host), because: 'no answer' });

/** The connection is cut and then tried every minute, in vain. */
function silence(world: World, minutes: number, host = 'cedar'): Instruction[] {
  const all = [...tryInVain(world, host)];
  for (let tries = 0; tries < minutes; tries += 1) all.push(...world.pass(minute), ...tryInVain(world, host));
  return all;
}

const silenceIn = (world: World, host = 'cedar') => {
  const link = world.state.fleet.get(hostName(host))?.link;
  return link === undefined ? null : silenceOf(link);
};
const silentMsOf = (world: World, host = 'cedar') => silenceIn(world, host)?.silentMs;

const recorded = (instructions: readonly Instruction[], kind: LedgerEvent['kind']) =>
  instructions.flatMap((one) =>
    one.kind === 'commit' ? one.events.filter((event) => event.kind === kind) : [],
  );

const statusOf = (world: World, x = 0) => world.state.ledger.trials.get(trialId(`trial-${x}`))?.status;

describe('P3 a host that is silent', () => {
  const lostAfter = 15;

  it('keeps what it runs for 15 min where nothing is predicted, and no longer where another host idles', () => {
    const { world, silent } = twoHosts();
    expect(leasesIn(silence(world, lostAfter - 1))).toEqual([]);
    expect(statusOf(world)).toEqual({ kind: 'running', attempt: silent });
    const given = silence(world, 1);
    given.push(...world.decide({ kind: 'plan' }));
    expect(recorded(given, 'ended')).toMatchObject([
      { attempt: silent, end: { outcome: { kind: 'lost', reason: 'silence' } } },
    ]);
    expect(leasesIn(given, 'birch')).toHaveLength(1);
  });

  it('keeps it for as long as other trials have the room', () => {
    const world = new World(['cedar', 'birch']);
    world.declare(declarationOf(), points(20));
    world.ready('cedar');
    world.ready('birch');
    expect(recorded(silence(world, 2 * lostAfter), 'ended')).toEqual([]);
  });

  it('does not keep others waiting by what the sweep may run at once', () => {
    const world = new World(['cedar', 'birch']);
    world.declare(declarationOf({ concurrent: 1 }), points(2));
    const [silent = ''] = leasesIn(world.ready('cedar'), 'cedar');
    world.ready('birch');
    const given = silence(world, 1);
    expect(recorded(given, 'ended')).toMatchObject([{ attempt: silent }]);
    expect(leasesIn([...given, ...world.decide({ kind: 'plan' })], 'birch')).toHaveLength(1);
  });

  it('keeps it where no other host was reached meanwhile: then it is our network that is gone', () => {
    const { world } = twoHosts();
    silence(world, 0, 'birch');
    expect(recorded(silence(world, 2 * lostAfter), 'ended')).toEqual([]);
  });

  it('keeps it where only this machine was reached meanwhile, which needs no network', () => {
    const world = new World(['cedar', { ...plainHost('here'), isHere: true }]);
    world.declare(declarationOf(), points(1));
    const [silent = ''] = leasesIn(world.ready('cedar'), 'cedar');
    world.ready('here');
    world.say('cedar', { kind: 'started', attempts: [{ attempt: silent, device: 'cpu' }] });
    expect(recorded(silence(world, 2 * lostAfter), 'ended')).toEqual([]);
    expect(silentMsOf(world)).toBe(0);
  });

  it('is not given up for a night in which this machine slept, nor for a clock that was set', () => {
    const { world } = twoHosts();
    silence(world, 3);
    for (const jump of [10 * 60 * minute, -3 * 24 * 60 * minute, 400 * 24 * 60 * minute]) {
      world.now += jump;
      expect(recorded(silence(world, 2), 'ended')).toEqual([]);
    }
    expect(silentMsOf(world)).toBe(9 * minute);
  });

  it('is not given up for 20 minutes in which this process was stopped: they count as one second', () => {
    const { world } = twoHosts();
    silence(world, 3);
    for (let stops = 0; stops < 5; stops += 1) {
      world.post({ kind: 'time-passed', sinceMs: 20 * minute });
      expect(recorded(tryInVain(world), 'ended')).toEqual([]);
    }
    // After a stop nobody was heard yet: it may be our network that is gone.
    expect(silentMsOf(world)).toBe(3 * minute);
  });

  it('counts a second of each four where this process is stopped for three, again and again', () => {
    const { world } = twoHosts();
    silence(world, 1);
    world.pass(10 * minute, 4_000);
    tryInVain(world);
    expect(silentMsOf(world)).toBe(minute + (10 * minute) / 4);
  });

  it('counts what passes between two tries only once the second was in vain as well', () => {
    const { world } = twoHosts();
    silence(world, 1);
    world.pass(20 * minute);
    expect(silentMsOf(world)).toBe(minute);
    tryInVain(world);
    expect(silentMsOf(world)).toBe(21 * minute);
  });

  it('is silent for all that is known where a person has to mend why it cannot be reached', () => {
    const { world, silent } = twoHosts();
    world.post({ kind: 'host-given-up', host: hostName('cedar'), because: 'another host key' });
    expect(recorded(world.pass(15 * minute), 'ended')).toMatchObject([{ attempt: silent }]);
  });

  it('starts anew once it has answered', () => {
    const { world } = twoHosts();
    silence(world, lostAfter - 1);
    world.connect('cedar', { running: [] });
    expect(silenceIn(world)).toBeNull();
  });
});

describe('P3 a host that is gone for good, once everything else is done', () => {
  /** Trials that take 2 s by what ended on birch; one runs on cedar, and one waits behind it. */
  function behind(lostAfterMs: number | null = null): { world: World; runs: string; waits: string } {
    const world = new World(['cedar', 'birch']);
    for (const host of world.state.fleet.values()) host.listing = { ...host.listing, lostAfterMs };
    world.declare(declarationOf(), points(6));
    const [runs = '', ...waiting] = leasesIn(world.ready('cedar'), 'cedar');
    const elsewhere = leasesIn(world.ready('birch'), 'birch');
    world.say('cedar', { kind: 'started', attempts: [{ attempt: runs, device: 'cpu' }] });
    tryInVain(world);
    for (const attempt of elsewhere) world.end(attempt, endOf({ kind: 'succeeded' }, 1), 'birch');
    return { world, runs, waits: waiting.at(-1) ?? '' };
  }
  const givenUpIn = (instructions: readonly Instruction[]): string[] =>
    recorded(instructions, 'ended').flatMap((event) =>
      event.kind === 'ended' && event.end.outcome.kind === 'lost' ? [event.attempt] : [],
    );

  it('costs a minute: what waited there starts elsewhere first, then what ran and has had twice its time', () => {
    const { world, runs, waits } = behind();
    world.pass(59_000);
    expect(givenUpIn(tryInVain(world))).toEqual([]);
    world.pass(1_000);
    let given = [...tryInVain(world), ...world.decide({ kind: 'plan' })];
    expect(givenUpIn(given)[0]).toBe(waits);
    for (let rounds = 0; rounds < 3 && !givenUpIn(given).includes(runs); rounds += 1) {
      for (const attempt of leasesIn(given, 'birch'))
        given = [...given, ...world.end(attempt, endOf({ kind: 'succeeded' }, 1), 'birch')];
      given = [...given, ...world.pass(1_000)];
    }
    expect(givenUpIn(given).at(-1)).toBe(runs);
  });

  it('keeps what runs there and takes longer than a minute until it has had twice its time', () => {
    const world = new World(['cedar', 'birch']);
    world.declare(declarationOf(), points(2));
    const [runs = ''] = leasesIn(world.ready('cedar'), 'cedar');
    const [first = ''] = leasesIn(world.ready('birch'), 'birch');
    world.say('cedar', { kind: 'started', attempts: [{ attempt: runs, device: 'cpu' }] });
    tryInVain(world);
    world.end(first, { ...endOf({ kind: 'succeeded' }, 1), seconds: 100 }, 'birch');
    for (let seconds = 0; seconds < 199; seconds += 1)
      expect(givenUpIn([...world.pass(1_000), ...tryInVain(world)])).toEqual([]);
    expect(givenUpIn([...world.pass(1_000), ...tryInVain(world)])).toContain(runs);
  });

  it('costs what the inventory says, where it says', () => {
    const { world } = behind(5 * minute);
    expect(givenUpIn(silence(world, 4))).toEqual([]);
    expect(givenUpIn(silence(world, 1)).length).toBeGreaterThan(0);
  });

  it('is tried every few seconds meanwhile, and not where other trials wait', () => {
    const { world } = behind();
    const entered = (instructions: readonly Instruction[]) =>
      instructions.filter((one) => one.kind === 'enter' && one.host === hostName('cedar'));
    expect(entered(world.pass(4_000))).toEqual([]);
    expect(entered(world.pass(1_000))).toHaveLength(1);
    world.declare(declarationOf({ sweep: 'more', concurrent: 1 }), points(40));
    tryInVain(world);
    expect(entered(world.pass(30_000))).toEqual([]);
  });
});

/** Given up on cedar, and leased to birch. */
function givenUp(): { world: World; silent: string; second: string } {
  const { world, silent } = twoHosts();
  silence(world, 15);
  const [second = ''] = leasesIn(world.decide({ kind: 'plan' }), 'birch');
  return { world, silent, second };
}
const running = (attempt: string) => ({ attempt, trial: 'trial-0', device: 'cpu', runningMs: 9 });

describe('P1 P3 a host that comes back after it was given up', () => {
  it('may name what it runs as often as it likes', () => {
    const { world, silent } = givenUp();
    const back = world.connect('cedar', { running: [running(silent), running(silent)] });
    expect(recorded(back, 'returned')).toMatchObject([{ attempts: [silent] }]);
  });

  it('goes on with what it runs, and what only waits elsewhere is asked back', () => {
    const { world, silent, second } = givenUp();
    const back = world.connect('cedar', { running: [running(silent)] });
    expect(recorded(back, 'returned')).toMatchObject([{ attempts: [silent] }]);
    expect(sentIn(back, 'take-back')).toEqual([{ kind: 'take-back', attempts: [second] }]);
    world.say('birch', { kind: 'taken-back', attempts: [second], kept: [] });
    expect(statusOf(world)).toEqual({ kind: 'running', attempt: silent });
    world.end(silent, endOf({ kind: 'succeeded' }, 1));
    expect(statusOf(world)).toEqual({ kind: 'succeeded', attempt: silent });
  });

  it('brings a result that counts, and the second attempt is ended', () => {
    const { world, silent, second } = givenUp();
    world.say('birch', { kind: 'started', attempts: [{ attempt: second, device: 'cpu' }] });
    world.connect('cedar', { ended: [{ attempt: silent, trial: 'trial-0' }] });
    const late = world.end(silent, endOf({ kind: 'succeeded' }, 1));
    expect(statusOf(world)).toEqual({ kind: 'succeeded', attempt: silent });
    expect(sentIn(late, 'cancel')).toEqual([{ kind: 'cancel', attempts: [second] }]);
    expect(sentIn(late, 'ack')).toEqual([{ kind: 'ack', attempts: [silent] }]);
    world.end(second, endOf({ kind: 'cancelled' }), 'birch');
    expect(statusOf(world)).toEqual({ kind: 'succeeded', attempt: silent });
  });

  it('brings a result that comes too late: it is kept and not counted', () => {
    const { world, silent, second } = givenUp();
    world.say('birch', { kind: 'started', attempts: [{ attempt: second, device: 'cpu' }] });
    world.end(second, endOf({ kind: 'succeeded' }, 2), 'birch');
    const back = world.connect('cedar', { running: [running(silent)] });
    expect(sentIn(back, 'cancel')).toEqual([{ kind: 'cancel', attempts: [silent] }]);
    world.end(silent, endOf({ kind: 'succeeded' }, 1));
    expect(statusOf(world)).toEqual({ kind: 'succeeded', attempt: second });
    expect(world.state.ledger.attempts.get(attemptId(silent))?.status).toMatchObject({ kind: 'ended' });
  });

  it('runs what the other attempt failed to end: the trial waits for it', () => {
    const { world, silent, second } = givenUp();
    world.say('birch', { kind: 'started', attempts: [{ attempt: second, device: 'cpu' }] });
    world.connect('cedar', { running: [running(silent)] });
    const lost = world.end(second, endOf({ kind: 'lost', reason: 'reboot' }), 'birch');
    expect(statusOf(world)).toEqual({ kind: 'running', attempt: silent });
    expect(leasesIn(lost)).toEqual([]);
  });

  it('is asked back what only waited there', () => {
    const world = new World(['cedar', 'birch']);
    world.declare(declarationOf(), points(1));
    const [silent = ''] = leasesIn(world.ready('cedar'), 'cedar');
    world.ready('birch');
    silence(world, 15);
    const back = world.connect('cedar', { backlog: [silent] });
    expect(sentIn(back, 'take-back')).toEqual([{ kind: 'take-back', attempts: [silent] }]);
    // It had started it a moment before it was asked.
    const began = world.say('cedar', { kind: 'started', attempts: [{ attempt: silent, device: 'cpu' }] });
    expect(recorded(began, 'returned')).toMatchObject([{ attempts: [silent] }]);
    expect(recorded(began, 'started')).toMatchObject([{ attempts: [{ attempt: silent }] }]);
  });

  it('goes on with the metrics lines that the ledger has', () => {
    const { world, silent } = twoHosts();
    world.say('cedar', { kind: 'metrics', attempt: silent, from: 0, lines: [{ score: 1 }, { score: 2 }] });
    silence(world, 15);
    const back = world.connect('cedar', { running: [running(silent)] });
    expect(sentIn(back, 'reconciled')).toEqual([{ kind: 'reconciled', committedLines: { [silent]: 2 } }]);
  });

  it('goes on with them after a restart of the coordinator as well', () => {
    const world = new World(['cedar', 'birch']);
    const leases = [
      {
        attempt: 'a',
        number: 1,
        trial: 'trial-0',
        sweep: 'lab',
        alone: false,
        continues: null,
        anew: null,
        predicted: null,
      },
    ];
    const events = [
      ...beginning,
      ...ledgerEvents(
        { kind: 'sweep-declared', at: 0, declaration: declarationOf() },
        { kind: 'points-declared', at: 0, sweep: 'lab', points: points(1) },
        { kind: 'leased', at: 0, host: 'cedar', leases },
        { kind: 'ended', at: 0, attempt: 'a', host: 'cedar', end: lostEnd('silence') },
      ),
    ];
    const { committedLines } = restore(
      events,
      [...world.state.fleet.values()],
      new Map([[attemptId('a'), 7]]),
    );
    expect(committedLines).toEqual(new Map([['a', 7]]));
  });

  it('is not leased what a person retries while it has it open', () => {
    const { world, silent, second } = givenUp();
    world.say('birch', { kind: 'started', attempts: [{ attempt: second, device: 'cpu' }] });
    const [third = ''] = leasesIn(world.end(second, endOf(failure()), 'birch'), 'birch');
    world.end(third, endOf(failure()), 'birch');
    expect(statusOf(world)?.kind).toBe('failed');
    world.connect('cedar', { running: [running(silent)] });
    const asked = world.post({
      kind: 'asked',
      by: 1,
      command: { kind: 'retry', trials: ['trial-0'] },
    });
    expect(leasesIn(asked)).toEqual([]);
    expect(statusOf(world)).toEqual({ kind: 'running', attempt: silent });
  });
});

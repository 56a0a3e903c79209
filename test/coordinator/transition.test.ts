import { describe, expect, it } from 'vitest';
import { hostName, sweepName, trialId } from '../../src/model/ids.ts';
import { plainHost } from '../plain-host.ts';
import { stranded } from '../../src/coordinator/stranded.ts';
import { declarationOf, endOf, factsOf, failure, leasesIn, pointOf, points, sentIn, World } from './world.ts';

const succeeded = (score: number) => endOf({ kind: 'succeeded' }, score);
const counts = (world: World) => world.state.ledger.sweeps.get(sweepName('lab'))?.counts;

describe('a sweep on one host', () => {
  it('is leased twice what the host runs at once, and more as results come', () => {
    const world = new World();
    world.declare(declarationOf(), points(40));
    const first = leasesIn(world.ready('cedar'));
    expect(first).toHaveLength(4);
    const next = leasesIn(world.end(first[0] ?? '', succeeded(1)));
    expect(next.length).toBeGreaterThan(1);
  });

  it('starts nothing on a host before what it needs is there', () => {
    const world = new World();
    world.declare();
    const instructions = world.connect('cedar');
    expect(leasesIn(instructions)).toEqual([]);
    expect(instructions.filter(({ kind }) => kind === 'prepare')).toHaveLength(1);
    expect(world.post({ kind: 'plan' }).filter(({ kind }) => kind === 'prepare')).toHaveLength(0);
  });

  it('starts the trial with the most operations first', () => {
    const world = new World();
    const declared = [1, 3, 2].map((x) => pointOf(x, { operations: x }));
    world.declare(declarationOf(), declared);
    world.ready('cedar');
    const started = [...world.state.ledger.attempts.values()].map((attempt) => attempt.trial);
    expect(started).toEqual(['trial-3', 'trial-2', 'trial-1']);
  });

  it('leases no more at once than `concurrent` allows', () => {
    const world = new World();
    world.declare(declarationOf({ concurrent: 1 }), points(5));
    expect(leasesIn(world.ready('cedar'))).toHaveLength(1);
  });
});

describe('a host without a label that a sweep asks for', () => {
  it('is leased none of its trials', () => {
    const world = new World([{ ...plainHost('cedar'), labels: ['cuda12'] }, 'birch']);
    world.declare(declarationOf({ labels: ['cuda12'] }));
    expect(leasesIn(world.ready('birch'), 'birch')).toEqual([]);
    expect(leasesIn(world.ready('cedar'), 'cedar').length).toBeGreaterThan(0);
    expect(leasesIn(world.post({ kind: 'plan' }), 'birch')).toEqual([]);
  });
});

describe('P4 a host that is too small', () => {
  const large = {
    cpus: 1,
    gpus: 0 as const,
    gpuMemoryBytes: null,
    hostMemoryBytes: 2 ** 40,
    diskBytes: null,
  };

  it('is never leased a trial that it could not hold, and the sweep says so when nothing else is left', () => {
    const world = new World();
    world.declare(declarationOf(), [pointOf(0, { resources: large }), pointOf(1)]);
    const leased = leasesIn(world.ready('cedar'));
    expect(leased).toHaveLength(1);
    const sweep = world.state.ledger.sweeps.get(sweepName('lab'));
    if (sweep === undefined) throw new Error('the sweep was declared');
    expect(stranded(world.state, sweep)).toBeNull();
    world.end(leased[0] ?? '', succeeded(1));
    expect(stranded(world.state, sweep)).toMatchObject([{ host: 'cedar', refusal: { kind: 'memory' } }]);
  });

  it('nor one whose files its disk could not hold, however much of that were free', () => {
    const world = new World();
    const many = {
      cpus: 1,
      gpus: 0,
      gpuMemoryBytes: null,
      hostMemoryBytes: null,
      diskBytes: 2 ** 40,
    } as const;
    world.declare(declarationOf(), [pointOf(0, { resources: many })]);
    world.connect('cedar');
    world.say('cedar', { kind: 'facts', facts: { ...factsOf(), diskBytes: 2 ** 39 } });
    world.post({ kind: 'launch-ready', host: hostName('cedar'), launch: 'launch-1' });
    const sweep = world.state.ledger.sweeps.get(sweepName('lab'));
    if (sweep === undefined) throw new Error('the sweep was declared');
    expect(stranded(world.state, sweep)).toMatchObject([
      { host: 'cedar', refusal: { kind: 'disk', totalBytes: 2 ** 39 } },
    ]);
    world.say('cedar', { kind: 'facts', facts: { ...factsOf(), diskBytes: 2 ** 41 } });
    expect(stranded(world.state, sweep)).toBeNull();
  });
});

describe('a sweep whose only host is gone', () => {
  const cut = {
    kind: 'host-disconnected',
    host: hostName('cedar'),
    because: 'the connection was cut',
  } as const;
  const strandedIn = (world: World) => {
    const sweep = world.state.ledger.sweeps.get(sweepName('lab'));
    return sweep === undefined ? null : stranded(world.state, sweep);
  };
  const noHost = [{ host: 'cedar', refusal: { kind: 'unreachable' } }];

  it('ends where it was never there', () => {
    const world = new World();
    world.declare();
    world.post(cut);
    expect(strandedIn(world)).toMatchObject(noHost);
  });

  it('waits 5 min for one that was cut off before it was given anything, as by a reboot', () => {
    const world = new World();
    world.declare();
    world.connect('cedar');
    world.post(cut);
    const tried = (afterMs: number): void => {
      world.pass(afterMs);
      world.post({ ...cut, because: 'cedar does not answer.' });
    };
    tried(100_000);
    tried(198_000);
    expect(strandedIn(world)).toBeNull();
    // A night in which this machine slept, or this process was stopped.
    world.now += 10 * 3_600_000;
    world.post({ kind: 'time-passed', sinceMs: 10 * 3_600_000 });
    expect(strandedIn(world)).toBeNull();
    tried(1_000);
    expect(strandedIn(world)).toMatchObject(noHost);
  });

  it('ends at once where it was given up', () => {
    const world = new World();
    world.declare();
    world.connect('cedar');
    world.post(cut);
    world.post({ ...cut, kind: 'host-given-up', because: 'another host key' });
    expect(strandedIn(world)).toMatchObject(noHost);
  });
});

describe('P2 commit precedes effect', () => {
  it('puts the commit before whatever leaves the process', () => {
    const world = new World();
    world.declare();
    const instructions = world.ready('cedar').filter(({ kind }) => kind !== 'prepare');
    expect(instructions[0]?.kind).toBe('commit');
    expect(instructions.slice(1).map(({ kind }) => kind)).toEqual(['send']);
  });

  it('declares the same sweep once, however often it is run', () => {
    const world = new World();
    world.declare();
    expect(world.declare().filter(({ kind }) => kind === 'commit')).toEqual([]);
  });
});

describe('P1 no acknowledged result is lost and none is counted twice', () => {
  it('acknowledges an end with the commit that holds it, and a repeated one again without recording it', () => {
    const world = new World();
    world.declare();
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    const first = world.end(attempt, succeeded(1));
    expect(sentIn(first, 'ack')).toEqual([{ kind: 'ack', attempts: [attempt] }]);
    const again = world.end(attempt, succeeded(1));
    expect(sentIn(again, 'ack')).toEqual([{ kind: 'ack', attempts: [attempt] }]);
    expect(again.filter(({ kind }) => kind === 'commit')).toEqual([]);
    expect(counts(world)).toMatchObject({ succeeded: 1 });
  });

  it('keeps metrics lines once when they are sent again after a cut', () => {
    const world = new World();
    world.declare();
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    const said = { kind: 'metrics' as const, attempt, from: 0, lines: [{ step: 1 }, { step: 2 }] };
    world.say('cedar', said);
    const again = world.say('cedar', { ...said, lines: [...said.lines, { step: 3 }] });
    expect(again[0]).toMatchObject({ kind: 'commit', metrics: [{ from: 2, lines: [{ step: 3 }] }] });
  });

  it('takes a late result of a trial that was given up', () => {
    const world = new World();
    world.declare(declarationOf({ retries: 0 }), points(1));
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    world.end(attempt, endOf(failure()));
    expect(counts(world)).toMatchObject({ failed: 1 });
    world.connect('cedar', {
      running: [{ attempt: 'old-1', trial: 'trial-0', device: 'cpu', runningMs: 5 }],
    });
    world.end('old-1', succeeded(2));
    expect(world.state.ledger.trials.get(trialId('trial-0'))?.status).toEqual({
      kind: 'succeeded',
      attempt: 'old-1',
    });
  });
});

describe('a failed attempt', () => {
  it('is retried as often as declared, then the trial is given up', () => {
    const world = new World();
    world.declare(declarationOf({ retries: 1 }), points(1));
    const [first = ''] = leasesIn(world.ready('cedar'));
    const [second = ''] = leasesIn(world.end(first, endOf(failure())));
    expect(second).not.toBe('');
    expect(leasesIn(world.end(second, endOf(failure())))).toEqual([]);
    expect(counts(world)).toMatchObject({ failed: 1, queued: 0 });
  });

  it('is retried on another host where there is one', () => {
    const world = new World(['cedar', 'maple']);
    world.declare(declarationOf(), points(1));
    const [first = ''] = leasesIn(world.ready('cedar'));
    world.connect('maple');
    expect(leasesIn(world.end(first, endOf(failure())))).toEqual([]);
    const prepared = world.post({ kind: 'launch-ready', host: hostName('maple'), launch: 'launch-1' });
    expect(leasesIn(prepared, 'maple')).toHaveLength(1);
  });

  it('does not cost a trial anything when the host is to blame', () => {
    const world = new World();
    world.declare(declarationOf({ retries: 0 }), points(1));
    const [first = ''] = leasesIn(world.ready('cedar'));
    const lost = endOf({ kind: 'lost', reason: 'reboot' });
    const [second = ''] = leasesIn(world.end(first, lost));
    const broken = endOf({ kind: 'not-started', reason: 'no-space', message: 'its disk is full' });
    expect(leasesIn(world.end(second, broken))).toHaveLength(1);
    expect(counts(world)).toMatchObject({ failed: 0 });
  });

  it('stops a sweep whose first trials all fail in the same way, and keeps the reason', () => {
    const world = new World();
    world.declare(declarationOf(), points(3));
    const leased = leasesIn(world.ready('cedar'));
    const ends = leased.slice(0, 3).map((attempt, index) => {
      const end = { ...endOf(failure()), logTail: `line ${index}\nModuleNotFoundError: torch` };
      return world.end(attempt, end);
    });
    const status = world.state.ledger.sweeps.get(sweepName('lab'))?.status;
    expect(status).toMatchObject({ kind: 'stopped', by: 'same-failure' });
    expect(JSON.stringify(status)).toContain('ModuleNotFoundError');
    expect(sentIn(ends.flat(), 'cancel')).toHaveLength(1);
  });

  it.for([
    ['no-space', 'the host'],
    ['no-such-program', 'that launch alone, of which the host gets no more'],
  ] as const)('charges three starts that failed (%s) to %s', ([reason]) => {
    const world = new World(['cedar', 'maple']);
    world.declare(declarationOf(), points(40));
    world.ready('maple');
    const leased = leasesIn(world.ready('cedar'), 'cedar');
    const broken = endOf({ kind: 'not-started', reason, message: 'python3 is not there' });
    for (const attempt of leased.slice(0, 3)) world.end(attempt, broken);
    const { quarantine } = world.state.ledger.hosts.get('cedar' as never) ?? {};
    expect(quarantine).toEqual(
      reason === 'no-space'
        ? expect.stringMatching(/^left out until there is room again .*: python3 is not there; make room in /)
        : null,
    );
    expect(leasesIn(world.post({ kind: 'plan' }), 'cedar')).toEqual([]);
    const link = world.state.fleet.get(hostName('cedar'))?.link;
    const launch = link?.kind === 'ready' ? link.launches.get('launch-1') : undefined;
    expect(launch?.kind).toBe(reason === 'no-space' ? 'ready' : 'refused');
  });
});

describe('reconciling with a host after a cut', () => {
  it('queues again what never arrived, and calls lost what had started and is forgotten', () => {
    const world = new World();
    world.declare(declarationOf(), points(2));
    const [first = '', second = ''] = leasesIn(world.ready('cedar'));
    world.say('cedar', { kind: 'started', attempts: [{ attempt: first, device: 'cpu' }] });
    world.connect('cedar');
    const status = (id: string) => world.state.ledger.attempts.get(id as never)?.status;
    expect(status(second)).toEqual({ kind: 'taken-back' });
    expect(status(first)).toMatchObject({ kind: 'ended', end: { outcome: { kind: 'lost' } } });
    expect(counts(world)).toMatchObject({ queued: 2 });
  });

  it('queues again what a machine holds that was leased to it under its other name', () => {
    const world = new World(['cedar', 'cedar-too']);
    world.declare(declarationOf(), points(4));
    const [first = '', second = ''] = leasesIn(world.ready('cedar'), 'cedar');
    const running = [{ attempt: first, trial: 'trial-0', device: 'cpu', runningMs: 5 }];
    const because = 'it is the same machine as cedar-too; keep one entry of the two';
    world.post({ kind: 'host-is-twin', host: hostName('cedar'), of: hostName('cedar-too'), because });
    const asked = world.connect('cedar-too', { backlog: [second], running });
    expect(sentIn(asked, 'take-back')).toEqual([{ kind: 'take-back', attempts: [second] }]);
    world.say('cedar-too', { kind: 'taken-back', attempts: [second], kept: [] });
    expect(counts(world)).toMatchObject({ running: 1, leased: 0, queued: 3 });
    world.end(first, endOf({ kind: 'succeeded' }, 1), 'cedar-too');
    expect(counts(world)).toMatchObject({ running: 0, succeeded: 1 });
  });

  it('keeps what the host still has', () => {
    const world = new World();
    world.declare(declarationOf(), points(2));
    const [first = '', second = ''] = leasesIn(world.ready('cedar'));
    const running = [{ attempt: first, trial: 'trial-0', device: 'cpu', runningMs: 5 }];
    world.connect('cedar', { backlog: [second], running });
    expect(counts(world)).toMatchObject({ running: 1, leased: 1, queued: 0 });
  });

  it('ends what a stop meant that the host did not hear of', () => {
    const world = new World();
    world.declare(declarationOf(), points(1));
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    const because = 'the connection was cut';
    world.post({ kind: 'host-disconnected', host: hostName('cedar'), because });
    world.post({ kind: 'asked', by: 2, command: { kind: 'stop', sweep: 'lab' } });
    const running = [{ attempt, trial: 'trial-0', device: 'cpu', runningMs: 5 }];
    const back = world.connect('cedar', { running });
    expect(sentIn(back, 'cancel')).toEqual([{ kind: 'cancel', attempts: [attempt] }]);
  });

  it('tells the host to drop what waits there for nobody', () => {
    const world = new World();
    world.declare();
    const instructions = world.connect('cedar', { backlog: ['stranger-1'] });
    expect(sentIn(instructions, 'take-back')).toEqual([{ kind: 'take-back', attempts: ['stranger-1'] }]);
  });
});

describe('a person', () => {
  it('stops a sweep: what waits or runs is cancelled, and `run` goes on with it', () => {
    const world = new World();
    world.declare();
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    const stopped = world.post({ kind: 'asked', by: 2, command: { kind: 'stop', sweep: null } });
    expect(sentIn(stopped, 'cancel')).toHaveLength(1);
    world.end(attempt, endOf({ kind: 'cancelled' }));
    expect(counts(world)).toMatchObject({ cancelled: 1 });
    world.declare();
    expect(counts(world)).toMatchObject({ cancelled: 0 });
  });

  it('stops a sweep and goes on with it before its hosts have heard: what they cancel is queued again', () => {
    const world = new World();
    world.declare(declarationOf(), points(1));
    const [attempt = ''] = leasesIn(world.ready('cedar'));
    world.post({ kind: 'asked', by: 2, command: { kind: 'stop', sweep: null } });
    world.post({ kind: 'asked', by: 2, command: { kind: 'resume', sweep: 'lab' } });
    expect(leasesIn(world.end(attempt, endOf({ kind: 'cancelled' })))).toHaveLength(1);
    expect(counts(world)).toMatchObject({ cancelled: 0 });
  });

  it('retries what failed', () => {
    const world = new World();
    world.declare(declarationOf({ retries: 0 }), points(1));
    const [first = ''] = leasesIn(world.ready('cedar'));
    world.end(first, endOf(failure()));
    const retried = world.post({
      kind: 'asked',
      by: 2,
      command: { kind: 'retry', trials: [trialId('trial-0')] },
    });
    expect(leasesIn(retried)).toHaveLength(1);
  });

  it('edits a sweep: the same trials are kept, removed ones leave it, new ones join', () => {
    const world = new World();
    world.declare(declarationOf(), points(2));
    const [first = ''] = leasesIn(world.ready('cedar'));
    world.end(first, succeeded(1));
    world.declare(declarationOf(), [pointOf(0), pointOf(7)]);
    expect(counts(world)).toMatchObject({ succeeded: 1 });
    expect(world.state.ledger.sweeps.get(sweepName('lab'))?.order.map(({ id }) => id)).toEqual([
      'trial-0',
      'trial-7',
    ]);
  });
});

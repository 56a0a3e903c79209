import { nothingRead } from '../../../src/worker/core/journal-record.ts';
import { protocolVersion } from '../../../src/protocol/messages.ts';
import { describe, expect, it } from 'vitest';
import { noLimits } from '../../../src/throttle/limits.ts';
import { nextDeadline } from '../../../src/worker/core/watch.ts';
import { attemptId } from '../../../src/model/ids.ts';
import { factsOf, figuresOf, launchOf, leaseOf, World } from './world.ts';

const gib = 1024 ** 3;

describe('an attempt', () => {
  it('goes from its lease to its acknowledged end', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    expect(world.take('spawn')).toMatchObject({ lease: { attempt: 'a-1' }, launch: { command: ['train'] } });
    world.post({ kind: 'spawned', attempt: 'a-1', at: null, process: { pid: 7, startTime: 3 }, oomKills: 0 });
    world.now += 100;
    world.post({ kind: 'tick' });
    expect(world.hear('started')).toEqual({ kind: 'started', attempts: [{ attempt: 'a-1', device: 'cpu' }] });
    world.now += 2_400;
    world.post({ kind: 'exited', attempt: 'a-1', oomKills: null });
    expect(world.take('gather')).toMatchObject({ lease: { attempt: 'a-1' } });
    world.expectNothingMore();

    world.post({
      kind: 'gathered',
      attempt: 'a-1',
      evidence: {
        exit: 0,
        misplaced: null,
        overlong: null,
        hint: null,
        ranMs: null,
        lines: [],
        standing: null,
        offsets: nothingRead,
        printed: [{ score: 0.5 }],
        oomKills: null,
        diskFull: false,
        disk: null,
        artifacts: [],
        unlisted: null,
        checkpointBytes: null,
        logTail: 'words',
      },
    });
    expect(world.hear('metrics')).toEqual({
      kind: 'metrics',
      attempt: 'a-1',
      from: 0,
      lines: [{ score: 0.5 }],
    });
    expect(world.take('send-end')).toMatchObject({
      connection: 1,
      attempt: 'a-1',
      end: {
        outcome: { kind: 'succeeded' },
        best: { score: 0.5 },
        final: { score: 0.5 },
        metricsCount: 1,
        seconds: 2.5,
        device: 'cpu',
        logTail: '',
      },
    });
    world.say(1, { kind: 'ack', attempts: ['a-1'] });
    expect(world.take('drop-checkpoint')).toEqual({ kind: 'drop-checkpoint', trial: 'trial-a-1' });
    world.expectNothingMore();
    expect(world.state.attempts.size).toBe(0);
  });

  it('is told of as started with others, and not at all once it has ended', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'), leaseOf('a-2'), leaseOf('a-3'));
    world.spawnAll();
    world.finish('a-2');
    world.forgetMessages();
    world.take('send-end');
    expect(nextDeadline(world.state)).toBe(world.now + 100);
    world.now += 100;
    world.post({ kind: 'tick' });
    expect(world.hear('started').attempts.map(({ attempt }) => attempt)).toEqual(['a-1', 'a-3']);
    world.expectNothingMore();
    expect(nextDeadline(world.state)).toBeNull();
  });

  it('is known by when its process started, from its first sample on', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.take('spawn');
    world.post({
      kind: 'spawned',
      attempt: 'a-1',
      at: null,
      process: { pid: 7, startTime: null },
      oomKills: 0,
    });
    const share = {
      attempt: 'a-1',
      cpuMs: 1,
      startTime: 55,
      gpuMemoryBytes: 0,
      memoryBytes: 1,
      suspended: false,
      hasCheckpoint: false,
    };
    for (const _ of [1, 2]) world.post({ kind: 'sampled', figures: figuresOf(), shares: [share] });
    expect(world.records('identified')).toHaveLength(1);
    const next = world.next();
    next.post({ kind: 'booted', facts: next.state.facts });
    expect(next.take('adopt').process).toEqual({ pid: 7, startTime: 55 });
  });

  it('P2 is in the journal before anything of it is done', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    expect(world.records('leased')).toHaveLength(1);
    expect(world.records('starting')).toEqual([
      { kind: 'starting', attempt: 'a-1', at: world.now, device: 'cpu' },
    ]);
    world.spawnAll();
    expect(world.records('started')).toHaveLength(1);
  });

  it('with a thousand others in one message is one record', () => {
    const world = World.greeted(factsOf({ cpus: 1 }));
    world.lease(...Array.from({ length: 1_000 }, (_, index) => leaseOf(`a-${index}`)));
    expect(world.records('leased')).toHaveLength(1);
    expect(world.spawnAll()).toEqual(['a-0']);
  });

  it('P3 is started once, however often its lease comes', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.lease(leaseOf('a-1'));
    expect(world.spawnAll()).toEqual(['a-1']);
    world.finish('a-1');
    world.say(1, { kind: 'ack', attempts: ['a-1'] });
    world.lease(leaseOf('a-1'));
    expect(world.spawnAll()).toEqual([]);
    expect(world.next().state.forgotten.has(attemptId('a-1'))).toBe(true);
  });

  it('waits while another attempt of its trial runs here', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1', { trial: 't' }), leaseOf('a-2', { trial: 't' }));
    expect(world.spawnAll()).toEqual(['a-1']);
    world.finish('a-1');
    expect(world.spawnAll()).toEqual(['a-2']);
  });

  it('that could not be started is the host’s failure, told at once', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.take('spawn');
    world.post({
      kind: 'spawn-failed',
      attempt: 'a-1',
      outcome: { kind: 'not-started', reason: 'no-space', message: 'full' },
    });
    expect(world.take('send-end')).toMatchObject({
      end: { outcome: { kind: 'not-started' }, device: null, seconds: 0 },
    });
    world.expectNothingMore();
  });

  it('after three in a row that did not start waits, and says for what', () => {
    const world = World.greeted(factsOf({ cpus: 1 }));
    world.lease(...['a-1', 'a-2', 'a-3', 'a-4'].map((id) => leaseOf(id)));
    const outcome = { kind: 'not-started', reason: 'no-space', message: 'no space left' } as const;
    for (const attempt of ['a-1', 'a-2', 'a-3']) {
      expect(world.take('spawn').lease.attempt).toBe(attempt);
      world.post({ kind: 'spawn-failed', attempt, outcome });
      world.take('send-end');
    }
    world.expectNothingMore();
    world.now += 1_000;
    world.sample();
    expect(world.hear('figures').holds).toEqual([
      { attempt: 'a-4', refusals: [{ kind: 'quarantined', because: 'no space left' }] },
    ]);
    world.now += 4_000;
    world.sample();
    expect(world.spawnAll()).toEqual(['a-4']);
  });

  it('whose name is no plain name is not taken', () => {
    const world = World.greeted();
    world.lease(leaseOf('../../etc'), leaseOf('a-2', { trial: '..' }));
    expect(world.state.attempts.size).toBe(0);
  });
});

describe('the guard', () => {
  it('starts the next attempt in the turn in which one ends', () => {
    const world = World.greeted(factsOf({ cpus: 1 }));
    world.lease(leaseOf('a-1'), leaseOf('a-2'));
    expect(world.spawnAll()).toEqual(['a-1']);
    world.post({ kind: 'exited', attempt: 'a-1', oomKills: null });
    expect(world.take('spawn').lease.attempt).toBe('a-2');
  });

  it('lets small attempts past a held one only where they take nothing that it waits for', () => {
    const world = World.greeted();
    world.lease(leaseOf('wide', { cpus: 3, shape: 's1' }));
    world.spawnAll();
    world.lease(
      leaseOf('held', { cpus: 4, shape: 's2' }),
      leaseOf('narrow', { cpus: 1, shape: 's3' }),
      leaseOf('idle', { cpus: 0, shape: 's4' }),
    );
    // One core is free, but `held` waits for it.
    expect(world.spawnAll()).toEqual(['idle']);
    world.finish('wide');
    expect(world.spawnAll()).toEqual(['held']);
    world.finish('held');
    expect(world.spawnAll()).toEqual(['narrow']);
  });

  it('is not stopped by an attempt that this host can never take', () => {
    const world = World.greeted();
    world.lease(leaseOf('huge', { memory: 500 * gib, shape: 's1' }), leaseOf('small', { shape: 's2' }));
    expect(world.spawnAll()).toEqual(['small']);
  });

  it('serves ledgers in turn', () => {
    const world = World.greeted(factsOf({ cpus: 1 }));
    world.greet(2, 1, 'other');
    world.lease(leaseOf('a-1'), leaseOf('a-2'), leaseOf('a-3'));
    world.say(2, { kind: 'launch', launch: 'launch', spec: launchOf(), wheels: null, passed: {} });
    world.say(2, { kind: 'lease', leases: [leaseOf('b-1'), leaseOf('b-2')] });
    const order = world.spawnAll();
    for (const attempt of order) {
      world.finish(attempt);
      order.push(...world.spawnAll());
    }
    expect(order).toEqual(['a-1', 'b-1', 'a-2', 'b-2', 'a-3']);
  });

  it('holds on figures that are too old, and says so', () => {
    const world = World.greeted();
    world.now += 10_000;
    world.lease(leaseOf('a-1'));
    expect(world.spawnAll()).toEqual([]);
    expect(world.hear('figures').holds).toEqual([
      { attempt: 'a-1', refusals: [{ kind: 'stale', ageMs: 10_000, because: null }] },
    ]);
    world.sample();
    expect(world.spawnAll()).toEqual(['a-1']);
  });

  it('keeps to the limits that a writer tells', () => {
    const world = World.greeted();
    world.say(1, {
      kind: 'limits',
      limits: { ...noLimits, slots: 2 },
    });
    world.lease(...['a-1', 'a-2', 'a-3'].map((id) => leaseOf(id, { cpus: 0 })));
    expect(world.spawnAll()).toEqual(['a-1', 'a-2']);
  });

  it('keeps to the strictest of several ledgers, as long as each has something there', () => {
    const world = World.greeted();
    world.say(1, { kind: 'limits', limits: { ...noLimits, slots: 2 } });
    world.greet(2, 1, 'other');
    world.say(2, { kind: 'limits', limits: noLimits });
    world.lease(...['a-1', 'a-2', 'a-3'].map((id) => leaseOf(id, { cpus: 0 })));
    expect(world.spawnAll()).toEqual(['a-1', 'a-2']);
    world.post({ kind: 'closed', connection: 2 });
    world.post({ kind: 'closed', connection: 1 });
    world.sample();
    expect(world.spawnAll()).toEqual([]);
  });

  it('lets one of an unknown shape in at a time until its memory has settled', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1', { memory: null, shape: 's1' }), leaseOf('a-2', { memory: null, shape: 's2' }));
    expect(world.spawnAll()).toEqual(['a-1']);
    const share = {
      attempt: 'a-1',
      cpuMs: 10,
      startTime: 9,
      gpuMemoryBytes: 0,
      memoryBytes: gib,
      suspended: false,
      hasCheckpoint: false,
    };
    const figures = figuresOf({ memoryAvailableBytes: 50 * gib });
    world.post({ kind: 'sampled', figures, shares: [share] });
    expect(world.spawnAll()).toEqual([]);
    world.post({
      kind: 'sampled',
      figures,
      shares: [{ ...share, gpuMemoryBytes: 0, memoryBytes: gib * 1.01 }],
    });
    expect(world.spawnAll()).toEqual(['a-2']);
  });

  it('takes a shape that is unknown to need what its like took here', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1', { memory: null, shape: 's1' }));
    world.spawnAll();
    const figures = {
      load: 0,
      othersLoad: 0,
      cores: null,
      memoryPressure: null,
      swapInBytes: null,
      memoryTotalBytes: 64 * gib,
      memoryAvailableBytes: 60 * gib,
      memoryOfGroup: false,
      diskFreeBytes: 99 * gib,
      hold: null,
      weekMinute: null,
      gpus: [],
    };
    world.post({
      kind: 'sampled',
      figures,
      shares: [
        {
          attempt: 'a-1',
          cpuMs: 10,
          startTime: 9,
          gpuMemoryBytes: 0,
          memoryBytes: 30 * gib,
          suspended: false,
          hasCheckpoint: false,
        },
      ],
    });
    world.finish('a-1');
    world.lease(leaseOf('a-2', { memory: null, shape: 's2' }), leaseOf('a-3', { memory: null, shape: 's3' }));
    // 64 − 6.4 headroom − 4 used leaves room for one of 30.
    expect(world.spawnAll()).toEqual(['a-2']);
  });
});

describe('ending an attempt', () => {
  it('asks by SIGTERM, kills after 10 s, and calls it cancelled', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    world.say(1, { kind: 'cancel', attempts: ['a-1'] });
    expect(world.take('signal')).toEqual({ kind: 'signal', attempt: 'a-1', signal: 'TERM' });
    world.say(1, { kind: 'cancel', attempts: ['a-1'] });
    for (const passedMs of [3_333, 3_333, 3_333]) {
      world.now += passedMs;
      world.post({ kind: 'tick' });
    }
    world.forgetMessages();
    world.expectNothingMore();
    world.now += 1;
    world.post({ kind: 'tick' });
    expect(world.take('signal').signal).toBe('KILL');
    world.finish('a-1', { exit: null, printed: [] });
    expect(world.take('send-end').end).toMatchObject({ outcome: { kind: 'cancelled' }, killed: true });
  });

  it('does not say that it killed one that has ended in time', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    world.say(1, { kind: 'cancel', attempts: ['a-1'] });
    world.finish('a-1', { exit: 143, printed: [] });
    expect(world.take('send-end').end).toMatchObject({ outcome: { kind: 'cancelled' }, killed: false });
  });

  it('drops one that waits, without a process', () => {
    const world = World.greeted(factsOf({ cpus: 1 }));
    world.lease(leaseOf('a-1'), leaseOf('a-2'));
    world.spawnAll();
    world.say(1, { kind: 'cancel', attempts: ['a-2', 'unknown'] });
    expect(world.take('send-end')).toMatchObject({ attempt: 'a-2', end: { outcome: { kind: 'cancelled' } } });
    world.finish('a-1');
    expect(world.spawnAll()).toEqual([]);
  });

  it('reaches one that is only starting as soon as it has a process', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.take('spawn');
    world.say(1, { kind: 'cancel', attempts: ['a-1'] });
    world.post({ kind: 'spawned', attempt: 'a-1', at: null, process: { pid: 9, startTime: 1 }, oomKills: 0 });
    expect(world.take('signal')).toMatchObject({ attempt: 'a-1', signal: 'TERM' });
  });

  it('by its timeout counts no time in which it was stopped', () => {
    const world = World.greeted();
    world.say(1, {
      kind: 'launch',
      launch: 'launch',
      spec: launchOf({ timeoutMs: 5_000 }),
      wheels: null,
      passed: {},
    });
    world.say(1, { kind: 'lease', leases: [leaseOf('a-1')] });
    world.spawnAll();
    world.now += 2_000;
    world.post({
      kind: 'sampled',
      figures: {
        load: 0,
        othersLoad: 0,
        cores: null,
        memoryPressure: null,
        swapInBytes: null,
        memoryTotalBytes: gib,
        memoryAvailableBytes: gib,
        memoryOfGroup: false,
        diskFreeBytes: gib,
        hold: null,
        weekMinute: null,
        gpus: [],
      },
      shares: [
        {
          attempt: 'a-1',
          cpuMs: 0,
          startTime: 9,
          gpuMemoryBytes: 0,
          memoryBytes: 1,
          suspended: true,
          hasCheckpoint: false,
        },
      ],
    });
    world.forgetMessages();
    world.now += 4_000;
    world.post({ kind: 'tick' });
    world.forgetMessages();
    world.expectNothingMore();
    world.now += 1_000;
    world.post({ kind: 'tick' });
    world.take('signal');
    world.finish('a-1', { exit: 143 });
    expect(world.take('send-end').end.outcome).toEqual({ kind: 'timeout', afterMs: 5_000 });
  });

  it('by a limit counts no time in which its agent did not run', () => {
    const world = World.greeted();
    const spec = launchOf({ timeoutMs: 10_000, stallAfterMs: 3_000 });
    world.say(1, { kind: 'launch', launch: 'launch', spec, wheels: null, passed: {} });
    world.say(1, { kind: 'lease', leases: [leaseOf('a-1')] });
    world.spawnAll();
    const sampleAfter = (passedMs: number): void => {
      world.now += passedMs;
      const share = {
        startTime: 9,
        gpuMemoryBytes: 0,
        memoryBytes: 1,
        suspended: false,
        hasCheckpoint: false,
      };
      world.post({ kind: 'tick' });
      world.post({ kind: 'sampled', figures: calmFigures, shares: [{ attempt: 'a-1', cpuMs: 7, ...share }] });
      world.forgetMessages();
    };
    sampleAfter(1_000);
    for (const stoppedMs of [20 * 60_000, 8 * 3_600_000]) sampleAfter(stoppedMs + 900);
    expect(world.records('stopping')).toEqual([]);
    sampleAfter(1_000);
    expect(world.records('stopping')).toMatchObject([{ why: { kind: 'stalled', afterMs: 3_000 } }]);
    // Its grace neither.
    world.take('signal');
    sampleAfter(20 * 60_000);
    world.expectNothingMore();
  });

  it('that stalls waits for metrics lines and CPU time alike', () => {
    const world = World.greeted();
    world.say(1, {
      kind: 'launch',
      launch: 'launch',
      spec: launchOf({ stallAfterMs: 3_000 }),
      wheels: null,
      passed: {},
    });
    world.say(1, { kind: 'lease', leases: [leaseOf('a-1')] });
    world.spawnAll();
    const sampleWith = (cpuMs: number): void => {
      world.now += 1_000;
      world.post({
        kind: 'sampled',
        figures: {
          load: 0,
          othersLoad: 0,
          cores: null,
          memoryPressure: null,
          swapInBytes: null,
          memoryTotalBytes: gib,
          memoryAvailableBytes: gib,
          memoryOfGroup: false,
          diskFreeBytes: gib,
          hold: null,
          weekMinute: null,
          gpus: [],
        },
        shares: [
          {
            attempt: 'a-1',
            cpuMs,
            startTime: 9,
            gpuMemoryBytes: 0,
            memoryBytes: 1,
            suspended: false,
            hasCheckpoint: false,
          },
        ],
      });
      world.forgetMessages();
    };
    for (const cpuMs of [10, 20, 30, 40, 40, 40]) sampleWith(cpuMs);
    world.post({
      kind: 'lines',
      attempt: 'a-1',
      lines: [{ score: 0.1 }],
      standing: null,
      offsets: { ...nothingRead, report: 20 },
    });
    for (const cpuMs of [40, 40]) sampleWith(cpuMs);
    world.forgetMessages();
    world.expectNothingMore();
    sampleWith(40);
    expect(world.take('signal').signal).toBe('TERM');
    expect(world.records('stopping')).toMatchObject([{ why: { kind: 'stalled', afterMs: 3_000 } }]);
  });
});

const calmFigures = {
  load: 0,
  othersLoad: 0,
  cores: null,
  memoryPressure: null,
  swapInBytes: null,
  memoryTotalBytes: gib,
  memoryAvailableBytes: gib,
  memoryOfGroup: false,
  diskFreeBytes: gib,
  hold: null,
  weekMinute: null,
  gpus: [],
};

describe('taking back', () => {
  it('confirms only what has not started', () => {
    const world = World.greeted(factsOf({ cpus: 1 }));
    world.lease(leaseOf('a-1'), leaseOf('a-2'));
    world.spawnAll();
    world.say(1, { kind: 'take-back', attempts: ['a-1', 'a-2', 'never-came'] });
    expect(world.hear('taken-back')).toEqual({
      kind: 'taken-back',
      attempts: ['a-2', 'never-came'],
      kept: ['a-1'],
    });
    world.finish('a-1');
    expect(world.spawnAll()).toEqual([]);
  });

  it('and cancelling are for the ledger that leased: another cannot name its attempts', () => {
    const world = World.greeted(factsOf({ cpus: 1 }));
    world.lease(leaseOf('a-1'), leaseOf('a-2'));
    world.spawnAll();
    world.greet(2, 1, 'other');
    world.forgetMessages();
    world.say(2, { kind: 'cancel', attempts: ['a-1', 'a-2'] });
    world.say(2, { kind: 'take-back', attempts: ['a-2'] });
    world.say(2, { kind: 'ack', attempts: ['a-1'] });
    world.forgetMessages();
    world.expectNothingMore();
    world.finish('a-1');
    expect(world.spawnAll()).toEqual(['a-2']);
  });

  it('lets the same attempt be leased again', () => {
    const world = World.greeted(factsOf({ cpus: 1 }));
    world.lease(leaseOf('a-1'), leaseOf('a-2'));
    world.spawnAll();
    world.say(1, { kind: 'take-back', attempts: ['a-2'] });
    world.lease(leaseOf('a-2'));
    world.finish('a-1');
    expect(world.spawnAll()).toEqual(['a-2']);
  });
});

describe('P1 an end', () => {
  it('is told to nobody who has not said yet what the ledger holds: its lines would be told from the first', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    world.post({ kind: 'opened', connection: 2 });
    const hello = {
      protocol: protocolVersion,
      ledger: 'ledger',
      owner: '',
      term: 1,
      role: 'writer',
    } as const;
    world.say(2, { kind: 'hello', ...hello });
    world.take('close');
    world.forgetMessages();
    world.finish('a-1', { lines: [{ score: 1 }, { score: 2 }], printed: [] });
    world.expectNothingMore();
    world.say(2, { kind: 'reconciled', committedLines: { 'a-1': 1 } });
    expect(world.hear('metrics', 2)).toMatchObject({ from: 1, lines: [{ score: 2 }] });
    expect(world.take('send-end')).toMatchObject({ connection: 2, attempt: 'a-1' });
  });

  it('is told again after each reconnection until it is acknowledged, its lines first', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    world.post({ kind: 'closed', connection: 1 });
    world.forgetMessages();
    world.finish('a-1', { lines: [{ score: 1 }, { score: 2 }, { score: 3 }], printed: [] });
    world.expectNothingMore();

    world.post({ kind: 'opened', connection: 2 });
    world.say(2, {
      kind: 'hello',
      protocol: protocolVersion,
      ledger: 'ledger',
      owner: '',
      term: 1,
      role: 'writer',
    });
    world.hear('welcome', 2);
    expect(world.hear('state', 2)).toMatchObject({ ended: [{ attempt: 'a-1', trial: 'trial-a-1' }] });
    world.expectNothingMore();
    world.say(2, { kind: 'reconciled', committedLines: { 'a-1': 2 } });
    expect(world.hear('metrics', 2)).toMatchObject({ from: 2, lines: [{ score: 3 }] });
    expect(world.take('send-end')).toMatchObject({ connection: 2, attempt: 'a-1' });

    world.greet(3, 2);
    expect(world.take('send-end')).toMatchObject({ connection: 3, attempt: 'a-1' });
    world.say(3, { kind: 'ack', attempts: ['a-1'] });
    world.forgetMessages();
    world.take('drop-checkpoint');
    world.take('close');
    world.greet(4, 2);
    world.forgetMessages();
    world.take('close');
    world.expectNothingMore();
  });
});

describe('P1 an acknowledgement', () => {
  it('of what has not ended lets go of nothing', () => {
    const world = World.greeted(factsOf({ cpus: 1 }));
    world.lease(leaseOf('a-1'), leaseOf('a-2'));
    world.spawnAll();
    world.say(1, { kind: 'ack', attempts: ['a-1', 'a-2'] });
    expect(world.records('acked')).toEqual([]);
    world.forgetMessages();
    world.finish('a-1');
    expect(world.take('send-end')).toMatchObject({ attempt: 'a-1' });
    expect(world.spawnAll()).toEqual(['a-2']);
  });
});

describe('the writer of a ledger', () => {
  it('of an older term is turned away', () => {
    const world = World.greeted();
    world.greet(2, 5);
    expect(world.hear('turned-away')).toMatchObject({ reason: 'older-term' });
    expect(world.take('close').connection).toBe(1);
    world.forgetMessages();
    world.greet(3, 4);
    expect(world.hear('turned-away', 3)).toMatchObject({
      reason: 'older-term',
      message: expect.stringContaining('term 5'),
    });
    expect(world.take('close').connection).toBe(3);
    world.lease(leaseOf('a-1'));
    expect(world.spawnAll()).toEqual([]);
  });

  it('that comes again replaces its older connection, whose late messages count for nothing', () => {
    const world = World.greeted();
    world.greet(2, 1);
    expect(world.take('close').connection).toBe(1);
    world.say(1, { kind: 'lease', leases: [leaseOf('a-1')] });
    expect(world.state.attempts.size).toBe(0);
  });

  it('is the only one that commands: a reader that tries is turned away', () => {
    const world = World.greeted();
    world.post({ kind: 'opened', connection: 2 });
    world.say(2, {
      kind: 'hello',
      protocol: protocolVersion,
      ledger: 'ledger',
      owner: '',
      term: 0,
      role: 'reader',
    });
    world.hear('welcome', 2);
    world.hear('state', 2);
    world.say(2, { kind: 'read-log', attempt: 'a-1', offset: 5 });
    expect(world.take('read-log')).toEqual({
      kind: 'read-log',
      connection: 2,
      attempt: 'a-1',
      offset: 5,
      ended: true,
    });
    world.say(2, { kind: 'cancel', attempts: [] });
    expect(world.hear('turned-away', 2).reason).toBe('protocol');
    world.take('close');
    world.take('end-checks');
    world.expectNothingMore();
  });

  it('is not needed to ask how a launch would fare: that is on no disk, and ends with who asked', () => {
    const world = World.greeted();
    world.post({ kind: 'opened', connection: 2 });
    world.say(2, {
      kind: 'hello',
      protocol: protocolVersion,
      ledger: '',
      owner: '',
      term: 0,
      role: 'reader',
    });
    world.hear('welcome', 2);
    world.hear('state', 2);
    const asked = {
      kind: 'check-launch',
      spec: launchOf(),
      settings: { env: {}, activate: null, data: {} },
      params: { x: 1 },
      seed: 1,
    } as const;
    world.say(2, asked);
    expect(world.take('check-launch')).toEqual({ kind: 'check-launch', connection: 2, asked });
    world.post({ kind: 'closed', connection: 2 });
    expect(world.take('end-checks')).toEqual({ kind: 'end-checks', connection: 2 });
    world.expectNothingMore();
  });

  it('of another protocol is turned away, and told which this is', () => {
    const world = World.greeted();
    world.post({ kind: 'opened', connection: 2 });
    world.say(2, { kind: 'hello', protocol: 99, ledger: 'ledger', owner: '', term: 9, role: 'writer' });
    expect(world.hear('turned-away', 2)).toMatchObject({
      reason: 'protocol',
      message: expect.stringContaining('this one speaks 99'),
    });
    world.take('close');
    world.expectNothingMore();
  });
});

describe('an agent that begins', () => {
  it('looks for what ran, by what the last one knew of it', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'), leaseOf('a-2'));
    world.take('spawn');
    world.post({ kind: 'spawned', attempt: 'a-1', at: null, process: { pid: 7, startTime: 3 }, oomKills: 0 });
    const next = world.next();
    next.post({ kind: 'booted', facts: next.state.facts });
    expect(next.take('adopt')).toMatchObject({
      lease: { attempt: 'a-1' },
      process: { pid: 7, startTime: 3 },
    });
    expect(next.take('adopt')).toMatchObject({ lease: { attempt: 'a-2' }, process: null });
    next.expectNothingMore();
    next.post({ kind: 'spawned', attempt: 'a-2', at: null, process: { pid: 8, startTime: 4 }, oomKills: 0 });
    expect(next.records('started')).toHaveLength(2);
    next.now += 5_000;
    next.post({ kind: 'exited', attempt: 'a-1', oomKills: null });
    next.take('gather');
    next.post({
      kind: 'gathered',
      attempt: 'a-1',
      evidence: {
        exit: null,
        misplaced: null,
        overlong: null,
        hint: null,
        ranMs: 100,
        lines: [],
        standing: null,
        offsets: nothingRead,
        printed: [],
        oomKills: null,
        diskFull: false,
        disk: null,
        artifacts: [],
        unlisted: null,
        checkpointBytes: null,
        logTail: '',
      },
    });
    expect(next.state.attempts.get('a-1')?.status).toMatchObject({
      kind: 'ended',
      end: { outcome: { kind: 'vanished' }, seconds: 0.1 },
    });
  });

  it('after another boot has lost what ran, and holds sealed artifacts against their hashes', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'), leaseOf('a-2'), leaseOf('a-3'));
    world.spawnAll();
    world.finish('a-1', { artifacts: [{ path: 'model', sizeBytes: 1, sha256: 'x', comesBack: true }] });
    world.finish('a-2');
    const next = world.next(factsOf({ bootId: 'boot-2' }));
    next.post({ kind: 'booted', facts: factsOf({ bootId: 'boot-2' }) });
    expect(next.take('verify')).toMatchObject({ attempt: 'a-1' });
    next.expectNothingMore();
    next.post({ kind: 'verified', attempt: 'a-1', intact: false });
    const outcomes = [...next.state.attempts.values()].map(
      ({ status }) => status.kind === 'ended' && status.end.outcome.kind,
    );
    expect(outcomes).toEqual(['lost', 'succeeded', 'lost']);
  });

  it('after another boot has lost an end whose lines the disk did not keep, however many it kept', () => {
    const lines = [{ score: 1 }, { score: 2 }];
    for (const kept of [[], [{ score: 1 }], [{ score: 1 }, { score: 9 }], lines]) {
      const world = World.greeted();
      world.lease(leaseOf('a-1'));
      world.spawnAll();
      world.finish('a-1', { lines, printed: [] });
      world.journal.splice(
        0,
        world.journal.length,
        ...world.journal.map((text) => text.replace(JSON.stringify(lines), JSON.stringify(kept))),
      );
      const facts = factsOf({ bootId: 'boot-2' });
      const next = world.next(facts);
      next.post({ kind: 'booted', facts });
      const status = next.state.attempts.get('a-1')?.status;
      const outcome = kept === lines ? 'succeeded' : 'lost';
      expect(status).toMatchObject({ kind: 'ended', end: { outcome: { kind: outcome } } });
    }
  });

  it('knows how many lines there were, though it wrote nothing down of some', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    const read = (of: World, ...scores: readonly number[]): void => {
      const lines = scores.map((score) => ({ score }));
      of.post({ kind: 'lines', attempt: 'a-1', lines, standing: null, offsets: nothingRead });
    };
    read(world, ...Array<number>(60).fill(0));
    read(world, 1, 2, 3);
    world.now += 5_000;
    read(world, 4);
    const next = world.next();
    for (const one of [world, next]) expect(one.state.attempts.get('a-1')?.kept.read).toBe(64);
  });

  it('knows from a compacted journal what it knew from the whole one', () => {
    const world = World.greeted();
    world.greet(2, 3, 'other');
    world.say(1, {
      kind: 'limits',
      limits: { ...noLimits, slots: 3 },
    });
    world.lease(...['a-1', 'a-2', 'a-3', 'a-4', 'a-5'].map((id) => leaseOf(id)));
    world.spawnAll();
    world.post({
      kind: 'lines',
      attempt: 'a-1',
      lines: [{ score: 0.1 }],
      standing: null,
      offsets: { ...nothingRead, report: 20, log: 3 },
    });
    world.say(1, { kind: 'cancel', attempts: ['a-2'] });
    world.finish('a-3');
    world.say(1, { kind: 'ack', attempts: ['a-3'] });
    world.spawnAll();
    world.finish('a-1');
    world.expectSnapshotEqual();
  });

  it('knows from a compacted journal the launch whose lease comes next', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    world.finish('a-1');
    world.say(1, { kind: 'ack', attempts: ['a-1'] });
    world.expectSnapshotEqual();
  });

  it('keeps no launch that nothing is of when the next agent begins', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.say(1, { kind: 'launch', launch: 'unused', spec: launchOf(), wheels: null, passed: {} });
    const next = world.next();
    next.post({ kind: 'booted', facts: next.state.facts });
    expect([...next.state.launches.keys()]).toEqual(['launch']);
  });
});

import { describe, expect, test } from 'vitest';
import { placedText, whyTrial } from '../../src/board/waiting.ts';
import { notesOf, whyAll } from '../../src/board/waiting-summary.ts';
import type { LiveFigures } from '../../src/ledger/live-figures.ts';
import type { TrialId } from '../../src/model/ids.ts';
import { waitingKey } from '../../src/ledger/waiting-key.ts';
import type { DeviceRefusal } from '../../src/model/refusal/device-refusal.ts';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { liveHost, withGpus } from './live.ts';
import { type LiveInput, liveOf } from '../told.ts';

const liveWith = (...hosts: LiveFigures['hosts']): LiveFigures => ({
  at: 0,
  pid: 1,
  ledger: null,
  events: 0,
  sweeps: [],
  hosts,
  carries: [],
  inventoryProblem: null,
});
type Waits = NonNullable<LiveInput['sweeps'][number]['waits']>;

/** What the coordinator has said of all that waits in `lab`. */
const saying = (live: LiveFigures, hosts: Waits[number]['hosts'], built: LedgerBuilder): LiveFigures => {
  const keys = new Set([...built.state.trials.values()].map((trial) => waitingKey(built.state, trial)));
  const waits = [...keys].map((key) => ({ keys: [key], hosts }));
  const said = { sweep: 'lab', eta: null, asked: true, waiting: null, stranded: null, awaits: [] };
  return liveOf({ ...live, sweeps: [{ ...said, waits }] });
};
const points = (count: number) => Array.from({ length: count }, (_, x) => ({ params: { x } }));

function why(built: LedgerBuilder, trial: TrialId, live: LiveFigures | null) {
  const known = built.state.trials.get(trial);
  if (known === undefined) throw new Error('the test declared no such trial');
  return whyTrial(built.state, known, live, built.now);
}

describe('P6 why a trial waits', () => {
  test('a queued trial has the reason that the coordinator has said for every host', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(3) });
    const unreachable = { kind: 'unreachable', because: 'no route to host' } as const;
    const live = saying(
      liveWith(liveHost('cedar', { backlog: 4 }), liveHost('birch'), liveHost('alder'), liveHost('maple')),
      [
        { host: 'cedar', refusal: { kind: 'queue', ahead: 4 } },
        { host: 'birch', refusal: unreachable },
        { host: 'alder', refusal: null },
        {
          host: 'maple',
          refusal: {
            kind: 'gpus',
            devices: [
              { device: 'GPU-0', index: 0, refusals: [{ kind: 'gpu-off', because: 'its fan is broken' }] },
            ],
          },
        },
      ],
      built,
    );
    const said = why(built, idOf({ x: 2 }), live);
    expect(said).toEqual({
      trial: idOf({ x: 2 }),
      state: 'queued',
      because: 'it waits for a host',
      refusals: [
        { host: 'cedar', device: null, kind: 'queue', ahead: 6 },
        { host: 'birch', device: null, ...unreachable },
        { host: 'alder', device: null, kind: 'queue', ahead: 2 },
        { host: 'maple', device: 'GPU-0', index: 0, kind: 'gpu-off', because: 'its fan is broken' },
      ],
    });
    expect(said.refusals.map(placedText)).toEqual([
      '6 trials are ahead of it',
      'the host cannot be used: no route to host',
      '2 trials are ahead of it',
      'GPU 0 is off: its fan is broken',
    ]);
  });

  test('a trial has the reasons of those that have its history', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(2), declaration: { retries: 1 } });
    built.fail(idOf({ x: 0 }), 'exit code 1', 'cedar');
    const trial = built.state.trials.get(idOf({ x: 0 }));
    if (trial === undefined) throw new Error('it was declared');
    const key = waitingKey(built.state, trial);
    const live = saying(liveWith(liveHost('cedar')), [{ host: 'cedar', refusal: null }], built);
    const [sweep] = live.sweeps;
    if (sweep === undefined) throw new Error('it was said');
    const hosts = [{ host: 'cedar', refusal: { kind: 'failed-there' } as const }];
    const waits = sweep.waits.map((one) => (one.keys.includes(key) ? { keys: [key], hosts } : one));
    const told = liveOf({ ...live, sweeps: [{ ...sweep, waits }] });
    expect(why(built, idOf({ x: 0 }), told).refusals[0]).toMatchObject({ kind: 'failed-there' });
    expect(why(built, idOf({ x: 1 }), told).refusals[0]).toMatchObject({ kind: 'queue' });
  });

  test('a trial waits for its checkpoint, or for the host that has it', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(1) });
    const trial = idOf({ x: 0 });
    const live = saying(liveWith(liveHost('cedar'), liveHost('birch')), [], built);
    const carries = [{ trial, from: 'cedar', to: 'birch' }];
    expect(why(built, trial, liveOf({ ...live, carries })).because).toBe(
      'its checkpoint is on its way from cedar to birch',
    );
    const sweeps = live.sweeps.map((sweep) => ({ ...sweep, awaits: [{ trial, host: 'cedar' }] }));
    expect(why(built, trial, liveOf({ ...live, sweeps })).because).toBe(
      'it waits for cedar, which has its checkpoint and cannot be reached now',
    );
    expect(why(built, trial, live).because).toBe('it waits for a host');
  });

  test('a trial that was given up for the hosts that went down under it says so', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(1) });
    const id = idOf({ x: 0 });
    const attempt = built.start(id);
    built.endAttempt(attempt, { outcome: { kind: 'lost', reason: 'reboot' } });
    built.add({ kind: 'given-up', at: built.now, trial: id, because: 'hosts go down under it' });
    expect(why(built, id, liveWith(liveHost('cedar'))).because).toBe(
      `it was given up: hosts go down under it; \`labsweep retry ${id.slice(0, 8)}\` tries it again`,
    );
  });

  test('a leased trial has its place in the backlog, and the refusals of the agent where it is asked', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(2) });
    const first = built.lease(idOf({ x: 0 }));
    built.lease(idOf({ x: 1 }));
    const refusal = { kind: 'cpus', needCpus: 1, freeCpus: 0, totalCpus: 2 } as const;
    const live = liveWith(
      liveHost('cedar', { backlog: 2, holds: [{ attempt: first, refusals: [refusal] }] }),
    );
    expect(why(built, idOf({ x: 0 }), live)).toMatchObject({
      state: 'leased',
      because: 'it is number 1 of 2 in the backlog of cedar',
      refusals: [{ host: 'cedar', device: null, ...refusal }],
    });
    expect(why(built, idOf({ x: 1 }), live).refusals).toEqual([
      { host: 'cedar', device: null, kind: 'queue', ahead: 1 },
    ]);
  });

  test('what is more urgent is ahead, whichever was leased first', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(3) });
    const urgent = [{ params: { x: 7 } }, { params: { x: 8 } }];
    built.declare({ sweep: 'urgent', points: urgent, declaration: { priority: 5 } });
    for (const x of [0, 1, 7]) built.lease(idOf({ x }));
    const live = liveWith(liveHost('cedar', { backlog: 3 }));
    expect([0, 1, 7].map((x) => why(built, idOf({ x }), live).because)).toEqual([
      'it is number 2 of 3 in the backlog of cedar',
      'it is number 3 of 3 in the backlog of cedar',
      'it is number 1 of 3 in the backlog of cedar and starts as soon as there is room',
    ]);
    // Of what waits on no host yet, the one urgent trial is before the usual one; and three wait on cedar.
    const all = saying(live, [{ host: 'cedar', refusal: { kind: 'queue', ahead: 3 } }], built);
    expect(why(built, idOf({ x: 2 }), all).refusals).toMatchObject([{ kind: 'queue', ahead: 4 }]);
  });

  test('the first of a backlog waits for room alone, and a lost host is the reason for all of it', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(1) });
    built.lease(idOf({ x: 0 }));
    expect(why(built, idOf({ x: 0 }), liveWith(liveHost('cedar', { backlog: 1 }))).because).toBe(
      'it is number 1 of 1 in the backlog of cedar and starts as soon as there is room',
    );
    const lost = liveHost('cedar', { state: 'unreachable', because: 'timed out' });
    expect(why(built, idOf({ x: 0 }), liveWith(lost)).refusals).toEqual([
      { host: 'cedar', device: null, kind: 'unreachable', because: 'timed out' },
    ]);
  });

  test('without a coordinator that is the reason, and what to do is said', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(1) });
    expect(why(built, idOf({ x: 0 }), null).because).toBe(
      'no coordinator runs; `labsweep resume lab` starts one',
    );
  });

  test('a stopped sweep is the reason, whatever the hosts say', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: points(1) });
    built.add({ kind: 'sweep-stopped', at: built.now, sweep, by: 'person', because: 'stopped by a person' });
    expect(why(built, idOf({ x: 0 }), liveWith(liveHost('cedar')))).toMatchObject({
      because: 'sweep lab was stopped by a person; `labsweep resume lab` goes on',
      refusals: [],
    });
  });

  test('what does not wait says where it is or how it ended', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(3) });
    built.succeed(idOf({ x: 0 }), { val_accuracy: 1 });
    built.fail(idOf({ x: 1 }), 'exit code 7');
    built.start(idOf({ x: 2 }), 'birch', 'cpu');
    built.now += 65_000;
    const said = [0, 1, 2].map((x) => why(built, idOf({ x }), null).because);
    expect(said).toEqual([
      'it has succeeded, by attempt 1 on cedar',
      `attempt 1 on cedar failed: exit code 7; \`labsweep retry ${idOf({ x: 1 }).slice(0, 8)}\` tries it again`,
      'it has been running on birch (cpu) for 1 min 5 s',
    ]);
  });
});

describe('P6 why anything waits', () => {
  test('hosts that take none of what waits are not told to have their fill', () => {
    const built = new LedgerBuilder();
    built.declare({
      points: points(3).map((point) => ({ ...point, resources: { gpus: 1 } })),
      declaration: { labels: ['cuda12'] },
    });
    const labels = ['cuda12'];
    built.start(idOf({ x: 0 }), 'cedar', 'GPU-00000000');
    const live = liveWith(
      liveHost('cedar', { ...withGpus({}), labels }),
      liveHost('birch', { ...withGpus(), labels }),
      liveHost('alder', withGpus({})),
    );
    const noGpu = 'needs a GPU, and the host has none';
    const said = saying(
      live,
      [
        { host: 'cedar', refusal: { kind: 'queue', ahead: 0 } },
        { host: 'birch', refusal: { kind: 'no-gpu', because: null } },
        { host: 'alder', refusal: { kind: 'labels', missing: ['cuda12'] } },
      ],
      built,
    );
    const noLabel = 'the host lacks label cuda12';
    const { groups, idle } = whyAll(built.state, said);
    expect(groups[0]?.because).toBe(`cedar has its fill; birch: ${noGpu}; alder: ${noLabel}`);
    expect(idle.map(({ host, because }) => [host, because])).toEqual([
      ['cedar', 'about to be leased something'],
      ['birch', noGpu],
      ['alder', noLabel],
    ]);
  });

  test('waiting trials are grouped by reason and idle hosts named', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(5) });
    built.start(idOf({ x: 0 }), 'cedar');
    const held = built.lease(idOf({ x: 1 }), 'birch');
    const live = liveWith(
      liveHost('cedar', { running: [{ attempt: 'n1-1', trial: 't', device: 'cpu', sinceMs: 5 }] }),
      liveHost('birch', {
        backlog: 1,
        holds: [{ attempt: held, refusals: [{ kind: 'load', othersLoad: 9, limit: 6 }] }],
      }),
    );
    const hosts = ['cedar', 'birch'].map((host) => ({ host, refusal: { kind: 'queue', ahead: 1 } as const }));
    expect(whyAll(built.state, saying(live, hosts, built))).toEqual({
      groups: [
        { trials: 3, where: 'lab', because: 'the 2 hosts that are ready have their fill' },
        {
          trials: 1,
          where: 'the backlog of birch',
          because:
            "the first of them: others want 9 of the host's cores; nothing starts until that is 6 or less for 2 min",
        },
      ],
      idle: [
        {
          host: 'birch',
          device: null,
          index: null,
          because: "others want 9 of the host's cores; nothing starts until that is 6 or less for 2 min",
        },
      ],
    });
  });

  test('where no host is ready each is named with its reason', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(1) });
    const live = liveWith(liveHost('birch', { state: 'unreachable', because: 'no route to host' }));
    const hosts = [{ host: 'birch', refusal: { kind: 'unreachable', because: 'no route to host' } as const }];
    expect(whyAll(built.state, saying(live, hosts, built)).groups[0]?.because).toBe(
      'no host is ready: birch: the host cannot be used: no route to host',
    );
  });

  test('a host on which the trials of another state folder run does not idle', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(1) });
    const idle = (running: number) => {
      const others = [{ owner: 'mina, /home/mina/.labsweep', running, waiting: 0, ended: 0 }];
      return whyAll(built.state, liveWith(liveHost('cedar', { others }))).idle;
    };
    expect(idle(0)).toHaveLength(1);
    expect(idle(2)).toEqual([]);
  });

  test('what is amiss with a host that is used is noted', () => {
    const because = 'its `devices` in inventory.json name GPU 7, and the host has no GPU';
    const live = liveWith(
      liveHost('cedar', { because }),
      liveHost('birch'),
      liveHost('alder', { state: 'off', because }),
    );
    expect(notesOf(live)).toEqual([{ host: 'cedar', because }]);
    expect(notesOf(null)).toEqual([]);
  });

  test('nothing waits in a sweep that is done, and its hosts are idle for that reason', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(1) });
    built.succeed(idOf({ x: 0 }), { val_accuracy: 1 });
    expect(whyAll(built.state, liveWith(liveHost('cedar')))).toEqual({
      groups: [],
      idle: [{ host: 'cedar', device: null, index: null, because: 'nothing waits' }],
    });
  });
});

describe('P6 a host with GPUs', () => {
  const memory: DeviceRefusal = {
    kind: 'gpu-memory',
    needBytes: 2 ** 33,
    freeBytes: 2 ** 32,
    totalBytes: 2 ** 34,
    claimed: [],
  };
  const hot = { kind: 'gpu-temperature', celsius: 91, limitCelsius: 78 } as const;
  const gpus = {
    kind: 'gpus' as const,
    devices: [
      { device: 'GPU-00000000', index: 0, refusals: [memory] },
      { device: 'GPU-00000001', index: 1, refusals: [hot, memory] },
    ],
  };

  test('has a refusal for each that is against the first of its backlog', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(1) });
    const held = built.lease(idOf({ x: 0 }));
    const holds = [{ attempt: held, refusals: [gpus] }];
    const reason = why(built, idOf({ x: 0 }), liveWith(liveHost('cedar', { backlog: 1, holds })));
    expect(reason.refusals).toEqual([
      { host: 'cedar', device: 'GPU-00000000', index: 0, ...memory },
      { host: 'cedar', device: 'GPU-00000001', index: 1, ...hot },
      { host: 'cedar', device: 'GPU-00000001', index: 1, ...memory },
    ]);
    expect(reason.refusals.map(placedText)).toEqual([
      'GPU 0 has 4 GiB of 16 GiB to give where 8 GiB are needed',
      'GPU 1 is at 91 °C, held until under 78 °C',
      'GPU 1 has 4 GiB of 16 GiB to give where 8 GiB are needed',
    ]);
  });

  test('tells of each idle one why it is', () => {
    const built = new LedgerBuilder();
    built.declare({ points: points(2) });
    built.start(idOf({ x: 0 }), 'cedar', 'GPU-00000000');
    const held = built.lease(idOf({ x: 1 }));
    const live = liveHost('cedar', {
      ...withGpus({ running: 1 }, { temperatureCelsius: 91 }),
      running: [{ attempt: 'n1-1', trial: 't', device: 'GPU-00000000', sinceMs: 5 }],
      backlog: 1,
      holds: [{ attempt: held, refusals: [gpus] }],
    });
    expect(whyAll(built.state, liveWith(live)).idle).toEqual([
      {
        host: 'cedar',
        device: 'GPU-00000001',
        index: 1,
        because:
          'is at 91 °C, held until under 78 °C, and has 4 GiB of 16 GiB to give where 8 GiB are needed',
      },
    ]);
    expect(why(built, idOf({ x: 0 }), liveWith(live)).because).toMatch(/running on cedar \(GPU 0\)/);
  });
});

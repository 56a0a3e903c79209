import { describe, expect, test } from 'vitest';
import { liveHost, withGpus } from '../board/live.ts';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { folderWith, read, sayLive } from './reading.ts';

function halfway(): LedgerBuilder {
  const built = new LedgerBuilder();
  built.now = Date.now() - 90_000;
  built.declare({ points: [1, 2, 3, 4].map((x) => ({ params: { x } })) });
  built.succeed(idOf({ x: 1 }), { val_accuracy: 0.75 });
  built.start(idOf({ x: 2 }));
  built.lease(idOf({ x: 3 }));
  return built;
}

const figures = {
  load: 1.25,
  othersLoad: 0.2,
  cores: null,
  memoryPressure: null,
  swapInBytes: null,
  memoryTotalBytes: 2 ** 34,
  memoryAvailableBytes: 2 ** 33,
  diskFreeBytes: 2 ** 35,
  cpusTaken: 1,
  ceiling: null,
  still: [],
  lastOnes: [],
  hold: null,
  weekMinute: null,
  lost: [],
  room: null,
  running: 1,
  gpus: [],
};

const short = {
  needBytes: 2 ** 31,
  freeBytes: 2 ** 30,
  totalBytes: 2 ** 34,
  ofGroup: false,
  keptBytes: 2 ** 30,
  claimed: [],
};

const other = { owner: 'mina on oak, /home/mina/.labsweep', running: 2, waiting: 0, ended: 1 };

function coordinated(): string {
  const folder = folderWith(halfway());
  sayLive(folder, {
    sweeps: [
      {
        sweep: 'lab',
        eta: { seconds: 125, low: 99, high: 301, overdue: false },
        asked: true,
        waiting: null,
        stranded: null,
        waits: [],
        awaits: [],
      },
    ],
    hosts: [
      liveHost('cedar', {
        backlog: 1,
        figures,
        others: [other],
        holds: [{ attempt: 'n1-3', refusals: [{ kind: 'memory', ...short }] }],
      }),
      liveHost('birch', { state: 'quarantined', because: 'no space left' }),
    ],
  });
  return folder;
}

describe('labsweep status', () => {
  test('tells each sweep and each host', async () => {
    expect((await read('status', coordinated())).out).toMatchInlineSnapshot(`
      "lab: open, 1 succeeded, 1 running, 2 waiting, about 2 min 5 s left (1 min 35 s to 5 min 10 s)

      host   does                                           load      memory free  disk free
      cedar  1 running, 1 waiting; of others 2 running  1.3 of ?  8 GiB of 16 GiB     32 GiB
      birch  quarantined

      cedar: 2 running, 1 done and not taken in of mina on oak, /home/mina/.labsweep
      birch: no space left

      cedar: needs 2 GiB of memory; 1 GiB of 16 GiB are free, besides 1 GiB that always stay free
      "
    `);
  });

  test('says how urgent a sweep is, where somebody has said so', async () => {
    const built = new LedgerBuilder();
    built.declare({ points: [{ params: { x: 1 } }], declaration: { priority: -2 } });
    expect((await read('status', folderWith(built))).out).toContain(', priority -2, 1 waiting');
    const { out, err } = await read('list', folderWith(built), '--json');
    expect(JSON.parse(out)).toMatchObject({ sweep: 'lab', priority: -2 });
    expect(err).toBe('');
    expect((await read('list', folderWith(built))).err).toBe('1 trials; the sweep has priority -2\n');
  });

  test('--json has counts, eta, and the devices of each host', async () => {
    const document = JSON.parse((await read('status', coordinated(), '--json')).out);
    expect(document.sweeps).toEqual([
      {
        sweep: 'lab',
        status: 'open',
        priority: 0,
        counts: { queued: 2, leased: 1, running: 1, succeeded: 1, diverged: 0, failed: 0, cancelled: 0 },
        eta: { seconds: 125, low: 99, high: 301, overdue: false },
        asked: true,
        notAsked: 0,
      },
    ]);
    expect(document.hosts).toEqual([
      {
        name: 'cedar',
        state: 'ready',
        because: null,
        devices: [
          {
            device: 'cpu',
            trials: [{ trial: idOf({ x: 2 }), attempt: 'n1-2', seconds: expect.any(Number) }],
          },
        ],
        running: 1,
        queued: 1,
        held: [{ kind: 'memory', ...short, text: expect.stringContaining('1 GiB of 16 GiB are free') }],
        figures,
        others: [other],
      },
      {
        name: 'birch',
        state: 'quarantined',
        because: 'no space left',
        devices: [],
        running: 0,
        queued: 0,
        held: [],
        figures: null,
        others: [],
      },
    ]);
    expect(document.hosts[0].devices[0].trials[0].seconds).toBeGreaterThanOrEqual(90);
  });

  test('has the reason why a host starts nothing below the table, which would be too wide for it', async () => {
    const built = halfway();
    const folder = folderWith(built);
    sayLive(folder, {
      sweeps: [],
      hosts: [
        liveHost('cedar', { figures }),
        liveHost('birch', {
          backlog: 2,
          figures,
          holds: [{ attempt: 'n1-3', refusals: [{ kind: 'memory', ...short }] }],
        }),
      ],
    });
    const { out } = await read('status', folder);
    expect(out).toMatch(/^birch {2}2 waiting, held {2,}/m);
    expect(out).toMatch(/^birch: needs /m);
  });

  test('names who else is there, who keeps a host free, and which trial is the last one beside somebody', async () => {
    const built = halfway();
    const attempt = built.start(idOf({ x: 4 }), 'cedar', 'GPU-00000000');
    const folder = folderWith(built);
    const gpus = withGpus({
      running: 1,
      othersProcesses: 5,
      others: [
        { user: 'mina', processes: 2, are: 'in-use', idleMs: 0 },
        { user: 'jonas', processes: 1, are: 'idle', idleMs: 700_000 },
        { user: 'ana', processes: 1, are: 'trials', idleMs: 0 },
        { user: null, processes: 1, are: 'in-use', idleMs: 0 },
      ],
    });
    const hold = { file: '/tmp/labsweep-hold', user: 'mina', ms: 61_000 };
    if (gpus.figures === null) throw new Error('it has figures');
    const lastOnes = [{ attempt, because: 'mina computes on GPU 0' }];
    const birch = { ...figures, hold };
    sayLive(folder, {
      sweeps: [],
      hosts: [
        liveHost('cedar', { ...gpus, figures: { ...gpus.figures, lastOnes } }),
        liveHost('birch', { figures: birch }),
      ],
    });
    const held = 'mina has kept the host free for 1 min 1 s by touching /tmp/labsweep-hold';
    const last =
      'goes to its end, since it has no checkpoint, and nothing follows it there: mina computes on GPU 0';
    const { out } = await read('status', folder);
    expect(out).toContain(
      '\ncedar GPU 0: 2 processes of mina, 1 process of jonas (idle), 1 process of ana (labsweep), 1 process\n  of others\n',
    );
    expect(out).toContain(`\ncedar: x=4 ${last}\n`);
    expect(out).toContain(`\nbirch: ${held}\n`);
    expect((await read('why', folder)).out).toMatch(new RegExp(`^birch +${held}$`, 'm'));
    expect((await read('why', folder, 'x=4')).out).toContain(`; it ${last}`);
    const document = JSON.parse((await read('status', folder, '--json')).out);
    expect(document.hosts[0].devices[0].others).toHaveLength(4);
    expect(document.hosts.map((host: { figures: unknown }) => host.figures)).toMatchObject([
      { lastOnes },
      { hold },
    ]);
  });

  test('tells of every GPU what it carries', async () => {
    const room = {
      oursBytes: 2 ** 30,
      comingBytes: 2 ** 32,
      othersBytes: 2 ** 31,
      headroomBytes: 2 ** 29,
      freeBytes: 2 ** 33,
    };
    const built = halfway();
    built.start(idOf({ x: 4 }), 'cedar', 'GPU-00000000');
    const folder = folderWith(built);
    const gpus = withGpus(
      {
        memoryUsedBytes: 3.1 * 2 ** 30,
        utilisation: 0.87,
        temperatureCelsius: 71,
        running: 1,
        oursBytes: 1,
        room,
      },
      { othersProcesses: 1, utilisation: null },
      { problem: 'GPU requires reset', temperatureCelsius: null },
      { ageMs: 12_000 },
    );
    sayLive(folder, { sweeps: [], hosts: [liveHost('cedar', gpus), liveHost('birch')] });
    const { out } = await read('status', folder);
    expect(out.slice(out.indexOf('\n\n', out.indexOf('\n\n') + 1))).toMatchInlineSnapshot(`
      "

      host   device  room                            memory used  busy   heat  does
      cedar  GPU 0   ##++++++ooo-............  3.1 GiB of 16 GiB  87 %  71 °C  1 running
      cedar  GPU 1                                 0 B of 16 GiB        40 °C  idle, 1 process of others
      cedar  GPU 2                                 0 B of 16 GiB   0 %         idle, out of use
      cedar  GPU 3                                 0 B of 16 GiB   0 %  40 °C  idle, silent for 12 s
      room: # taken by our trials  + these will take as well  o taken by others  - kept free  . for the
        next trial

      cedar GPU 2: GPU requires reset
      "
    `);
    const [cedar, birch] = JSON.parse((await read('status', folder, '--json')).out).hosts;
    expect(cedar.devices[0]).toEqual({
      device: 'GPU-00000000',
      index: 0,
      name: 'NVIDIA RTX A4000',
      memoryTotalBytes: 2 ** 34,
      memoryUsedBytes: 3.1 * 2 ** 30,
      utilisation: 0.87,
      temperatureCelsius: 71,
      powerWatts: null,
      powerLimitWatts: null,
      othersProcesses: 0,
      others: [],
      problem: null,
      ageMs: 100,
      room,
      held: [],
      trials: [{ trial: idOf({ x: 4 }), attempt: 'n1-4', seconds: expect.any(Number) }],
    });
    expect(cedar.devices.map(({ device }: { device: string }) => device)).toEqual([
      'GPU-00000000',
      'GPU-00000001',
      'GPU-00000002',
      'GPU-00000003',
      'cpu',
    ]);
    expect(birch.devices).toEqual([]);
  });

  test('without a coordinator it tells what the ledger holds, and how to go on', async () => {
    const { out } = await read('status', folderWith(halfway()));
    expect(out).toContain('cedar  1 running, 1 waiting, as far as is known');
    expect(out).toContain('`labsweep resume` goes on.');
  });

  test('--watch of a sweep that is done says so and ends', async () => {
    const built = new LedgerBuilder();
    built.declare({ points: [{ params: { x: 1 } }] });
    built.succeed(idOf({ x: 1 }), { val_accuracy: 0.75 });
    const { err } = await read('status', folderWith(built), '--watch');
    expect(err).toMatch(/^lab: 1 succeeded; first val_accuracy 0.75 \(x=1\); after /);
  });
});

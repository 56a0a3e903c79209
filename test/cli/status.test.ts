import { describe, expect, test } from 'vitest';
import { liveHost } from '../board/live.ts';
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
  memoryTotalBytes: 2 ** 34,
  memoryAvailableBytes: 2 ** 33,
  diskFreeBytes: 2 ** 35,
  cpusTaken: 1,
  running: 1,
  gpus: [],
};

function coordinated(): string {
  const folder = folderWith(halfway());
  sayLive(folder, {
    sweeps: [{ sweep: 'lab', etaSeconds: 125 }],
    hosts: [
      liveHost('cedar', { backlog: 1, figures }),
      liveHost('birch', { state: 'quarantined', because: 'no space left' }),
    ],
  });
  return folder;
}

describe('labsweep status', () => {
  test('tells each sweep and each host', async () => {
    expect((await read('status', coordinated())).out).toMatchInlineSnapshot(`
      "lab: open, 1 succeeded, 1 running, 2 waiting, about 2 min 5 s left

      host   does                            load      memory free  disk free
      cedar  1 running, 1 waiting        1.3 of ?  8 GiB of 16 GiB     32 GiB
      birch  quarantined: no space left
      "
    `);
  });

  test('--json has counts, eta, and the devices of each host', async () => {
    const document = JSON.parse((await read('status', coordinated(), '--json')).out);
    expect(document.sweeps).toEqual([
      {
        sweep: 'lab',
        status: 'open',
        counts: { queued: 2, leased: 1, running: 1, succeeded: 1, failed: 0, cancelled: 0 },
        eta: 125,
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
        figures,
      },
      {
        name: 'birch',
        state: 'quarantined',
        because: 'no space left',
        devices: [],
        running: 0,
        queued: 0,
        figures: null,
      },
    ]);
    expect(document.hosts[0].devices[0].trials[0].seconds).toBeGreaterThanOrEqual(90);
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
    expect(err).toMatch(/^lab: 1 succeeded; best val_accuracy 0.75 \(x=1\); after /);
  });
});

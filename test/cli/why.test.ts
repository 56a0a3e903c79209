import { describe, expect, test } from 'vitest';
import { liveHost } from '../board/live.ts';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { folderWith, read, sayLive } from './reading.ts';

function waiting(): LedgerBuilder {
  const built = new LedgerBuilder();
  built.declare({ points: [1, 2, 3].map((x) => ({ params: { x } })) });
  built.lease(idOf({ x: 1 }));
  return built;
}

function coordinated(): string {
  const folder = folderWith(waiting());
  const refusals = [{ kind: 'cpus', needCpus: 2, freeCpus: 0, totalCpus: 2 } as const];
  sayLive(folder, {
    sweeps: [],
    hosts: [
      liveHost('cedar', { backlog: 1, holds: [{ attempt: 'n1-1', refusals }] }),
      liveHost('birch', { state: 'unreachable', because: 'no route to host' }),
    ],
  });
  return folder;
}

describe('P6 labsweep why', () => {
  test('of a queued trial tells what stands in its way on each host', async () => {
    const { out } = await read('why', coordinated(), 'x=3');
    expect(out).toBe(
      [
        `${idOf({ x: 3 }).slice(0, 10)}  x=3  queued: it waits for a host`,
        '  cedar  2 trials are ahead of it',
        '  birch  the host cannot be used: no route to host',
        '',
      ].join('\n'),
    );
  });

  test('of a leased trial tells its place and what holds it there', async () => {
    const { out } = await read('why', coordinated(), 'x=1');
    expect(out).toContain('leased: it is number 1 of 1 in the backlog of cedar');
    expect(out).toContain('  cedar  needs 2 cores; 0 of 2 are free');
  });

  test('--json has trial, state and refusals with host, device and kind', async () => {
    const { out } = await read('why', coordinated(), 'x=3', '--json');
    expect(JSON.parse(out)).toMatchObject({
      trial: idOf({ x: 3 }),
      state: 'queued',
      refusals: [
        { host: 'cedar', device: null, kind: 'queue', ahead: 2 },
        { host: 'birch', device: null, kind: 'unreachable' },
      ],
    });
  });

  test('without a trial it groups what waits and names idle hosts', async () => {
    expect((await read('why', coordinated())).out).toMatchInlineSnapshot(`
      "waiting  in                    because
            2  lab                   cedar has its fill
            1  the backlog of cedar  the first of them: needs 2 cores; 0 of 2 are free

      idle   because
      cedar  needs 2 cores; 0 of 2 are free
      birch  unreachable: no route to host
      "
    `);
  });

  test('without a coordinator it says so, and what to do', async () => {
    const folder = folderWith(waiting());
    expect((await read('why', folder, 'x=3')).out).toContain(
      'no coordinator runs; `labsweep resume lab` starts one',
    );
    expect((await read('why', folder)).out).toContain('No coordinator runs, so the hosts are not known.');
  });
});

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readLive, writeLive } from '../../../src/ledger/store/live-file.ts';
import { temporaryFolder } from './sample.ts';
import { liveOf } from '../../told.ts';

const live = liveOf({
  at: Date.now() - 5_000,
  pid: 42,
  ledger: 'l',
  events: 7,
  sweeps: [{ sweep: 'lab', eta: null, asked: true, waiting: null, stranded: null, waits: [], awaits: [] }],
  hosts: [
    {
      name: 'cedar',
      labels: ['cuda12'],
      state: 'ready',
      because: null,
      facts: null,
      figures: null,
      running: [{ attempt: 'n-1', trial: 'ab', device: 'cpu', sinceMs: 1_000 }],
      backlog: 3,
      holds: [{ attempt: 'n-2', refusals: [{ kind: 'slots', running: 1, limit: 1 }] }],
      others: [{ owner: 'mina on oak, /home/mina/.labsweep', running: 1, waiting: 0, ended: 2 }],
    },
  ],
  carries: [],
  inventoryProblem: null,
});

test('live figures are read back with their age, are private, and leave nothing else behind', () => {
  const folder = temporaryFolder();
  writeLive(folder, live);
  writeLive(folder, live);
  const read = readLive(folder);
  expect(read?.live).toEqual(live);
  expect(read?.ageMs).toBeGreaterThanOrEqual(5_000);
  expect(readdirSync(folder)).toEqual(['live.json']);
  expect(statSync(join(folder, 'live.json')).mode & 0o777).toBe(0o600);
});

test('there are no live figures where none were written, or where they are not understood', () => {
  const folder = temporaryFolder();
  expect(readLive(folder)).toBeNull();
  writeFileSync(join(folder, 'live.json'), '{"at": 1, "hosts": "many"}');
  expect(readLive(folder)).toBeNull();
});

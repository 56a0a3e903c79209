import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../../src/ledger/events.ts';
import { writeLive } from '../../../src/ledger/store/live-file.ts';
import { openWriter } from '../../../src/ledger/store/open-writer.ts';
import { replaceLedger } from '../../../src/ledger/store/replace-ledger.ts';
import { lostFrom } from '../../../src/ledger/store/shortfall.ts';
import { verifyLedger } from '../../../src/ledger/store/verify.ts';
import { hostName, ledgerId } from '../../../src/model/ids.ts';
import { temporaryFolder } from './sample.ts';

const begins: LedgerEvent = { kind: 'ledger-created', at: 1, ledger: ledgerId('ours') };
const paused = (at: number): LedgerEvent => ({ kind: 'host-opened', at, host: hostName('cedar') });
const said = { at: 7_000, pid: 1, sweeps: [], hosts: [], carries: [], inventoryProblem: null };

/** A state folder as a power failure leaves it: ten events, of whose last commit the disk has lost a part. */
function torn(ledger = ledgerId('ours')): string {
  const [folder, after] = [temporaryFolder(), temporaryFolder()];
  const opened = openWriter(folder, { breakLock: false });
  if (opened.kind !== 'opened') throw new Error('a new ledger is nobody else’s');
  opened.writer.commit([begins, ...[2, 3, 4, 5, 6, 7].map(paused)], []);
  // Larger than all before, so that the end of the WAL is its own: what was checkpointed leaves a file that is written anew.
  const because = 'x'.repeat(500_000);
  opened.writer.commit(
    [...[8, 9].map(paused), { kind: 'host-closed', at: 10, host: hostName('cedar'), because }],
    [],
  );
  writeLive(after, { ...said, ledger, events: opened.writer.eventCount });
  for (const name of ['ledger.db', 'ledger.db-wal']) copyFileSync(join(folder, name), join(after, name));
  const wal = join(after, 'ledger.db-wal');
  truncateSync(wal, statSync(wal).size - 100);
  opened.writer.close();
  return after;
}

test('commits that the disk has lost are told of, once: the next writer has what there is', () => {
  const folder = torn();
  const path = join(folder, 'ledger.db');
  expect(lostFrom(path)).toEqual({ events: 3, at: 7_000 });
  // Nothing else could tell: what is left is whole.
  expect(verifyLedger(path)).toMatchObject({ findings: [], events: 7 });
  const opened = openWriter(folder, { breakLock: true });
  if (opened.kind !== 'opened') throw new Error('its writer is gone');
  expect(opened.lost).toEqual({ events: 3, at: 7_000 });
  opened.writer.commit([8, 9, 10].map(paused), []);
  opened.writer.close();
  expect(lostFrom(path)).toBeNull();
});

test('nothing is said to be lost of another ledger, of a whole one, or of one that was put back', () => {
  expect(lostFrom(join(torn(ledgerId('another')), 'ledger.db'))).toBeNull();
  const folder = temporaryFolder();
  const opened = openWriter(folder, { breakLock: false });
  if (opened.kind !== 'opened') throw new Error('a new ledger is nobody else’s');
  expect(opened.lost).toBeNull();
  opened.writer.commit([begins, paused(2)], []);
  writeLive(folder, { ...said, ledger: ledgerId('ours'), events: 2 });
  expect(lostFrom(join(folder, 'ledger.db'))).toBeNull();
  opened.writer.close();

  const restored = torn();
  replaceLedger(restored, 'aside', (unfinished) => copyFileSync(join(folder, 'ledger.db'), unfinished));
  expect(lostFrom(join(restored, 'ledger.db'))).toBeNull();
});

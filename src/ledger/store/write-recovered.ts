import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyLedger } from './copy-ledger.ts';
import { ledgerFile } from './ledger-file.ts';
import { openWriter } from './open-writer.ts';
import type { Salvage } from './salvage.ts';

/**
 * Writes what was saved into an empty file, as a ledger of its own: the same events with the same hashes, then one that
 * says that it was recovered.
 *
 * @param at wall clock, ms since 1970
 * @throws LedgerWriteError when the disk refuses
 */
export function writeRecovered(
  {
    events,
    metrics,
    lostMetrics,
  }: Pick<Salvage, 'events' | 'metrics'> & { readonly lostMetrics: readonly string[] },
  to: string,
  at: number,
): void {
  const folder = mkdtempSync(join(dirname(to), '.labsweep-recover-'));
  try {
    const opened = openWriter(folder, { breakLock: false });
    if (opened.kind !== 'opened') throw new Error(`a new ledger in ${folder} is ${opened.kind}`);
    opened.writer.commit([...events, { kind: 'recovered', at, lostMetrics: [...lostMetrics] }], metrics);
    opened.writer.close();
    copyLedger(join(folder, ledgerFile), to);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { DatabaseSync } from 'node:sqlite';
import type { LedgerEvent } from '../events.ts';
import type { AttemptId } from '../../model/ids.ts';
import { Appender, encodeEvent } from './append.ts';
import { emptyChain } from './chain.ts';
import { LedgerWriteError } from './errors.ts';
import type { Salvage } from './salvage.ts';
import { migrate } from './schema.ts';

type Saved = Pick<Salvage, 'events' | 'metrics'> & { readonly lostMetrics: readonly AttemptId[] };

/**
 * Writes what was saved into an empty file, as a ledger of its own: the same events with the same hashes, then one that
 * says that it was recovered.
 *
 * @param at wall clock, ms since 1970
 * @throws LedgerWriteError when the disk refuses
 */
export function writeRecovered({ events, metrics, lostMetrics }: Saved, to: string, at: number): void {
  const recovered: LedgerEvent = { kind: 'recovered', at, lostMetrics: [...lostMetrics] };
  const payloads = [...events, recovered].map(encodeEvent);
  const db = new DatabaseSync(to);
  try {
    db.exec('BEGIN');
    migrate(db, 0);
    new Appender(db).add(emptyChain, payloads, metrics);
    db.exec('COMMIT');
  } catch (cause) {
    throw new LedgerWriteError(to, cause);
  } finally {
    db.close();
  }
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptId } from '../../model/ids.ts';
import { type MetricsLine, metricsLineSchema } from '../../model/result/metrics.ts';
import type { LedgerEvent } from '../events.ts';
import { type ChainHead, eventsAfter, recordedHead } from './chain.ts';
import { isNotADatabase, LedgerDamagedError } from './errors.ts';
import { ledgerFile } from './ledger-file.ts';
import { isPlainFile } from './plain-file.ts';
import { readLedger } from './read-connection.ts';
import { type FileKind, fileKind, notALedger } from './schema.ts';

export type OpenedReader =
  | { readonly kind: 'opened'; readonly reader: LedgerReader }
  /** There is no ledger, or nothing is in it yet. */
  | { readonly kind: 'none' }
  | Extract<FileKind, { kind: 'newer' | 'not-a-ledger' }>;

/** Opens the ledger of a state folder for reading, also while somebody writes it; never makes or changes anything. */
export const openReader = (folder: string): OpenedReader => openLedgerFile(join(folder, ledgerFile));

/** The same for a ledger that lies elsewhere, under any name. */
export function openLedgerFile(path: string): OpenedReader {
  if (!existsSync(path)) return { kind: 'none' };
  if (!isPlainFile(path)) return notALedger(path);
  const kind = kindOf(path);
  if (kind.kind === 'empty') return { kind: 'none' };
  return kind.kind === 'ledger' ? { kind: 'opened', reader: new LedgerReader(path) } : kind;
}

function kindOf(path: string): FileKind {
  try {
    return readLedger(path, (db) => fileKind(db, path));
  } catch (error) {
    if (isNotADatabase(error)) return notALedger(path);
    throw error;
  }
}

/** Looks at a ledger, each time in one short transaction. Holds nothing open in between. */
export class LedgerReader {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * The events after `afterSeq` (0: from the first), checked against it, and the number of the last: what to ask from
   * the next time.
   *
   * @throws LedgerDamagedError at the first that is not as it was written
   */
  read(afterSeq: number): { events: LedgerEvent[]; seq: number } {
    return readLedger(this.path, (db) => {
      const head = recordedHead(db, afterSeq);
      if (head === null) throw new LedgerDamagedError(this.path, afterSeq, 'is not there any more');
      const events = [...eventsAfter(db, this.path, head)];
      return { events, seq: afterSeq + events.length };
    });
  }

  /**
   * The events after `head`, and the head from then on; null where the file that lies there now is not the one of which
   * that was the head, or has lost it.
   *
   * @throws LedgerDamagedError at the first that is not as it was written
   */
  readOn(head: ChainHead): { events: LedgerEvent[]; head: ChainHead } | null {
    return readLedger(this.path, (db) => {
      const now = recordedHead(db, head.seq);
      if (now === null || Buffer.compare(now.hash, head.hash) !== 0) return null;
      const events = [...eventsAfter(db, this.path, head)];
      const last = recordedHead(db, head.seq + events.length);
      return last === null ? null : { events, head: last };
    });
  }

  /** The metrics lines of an attempt, in order. */
  metrics(attempt: AttemptId): MetricsLine[] {
    return readLedger(this.path, (db) =>
      db
        .prepare('SELECT payload FROM metrics WHERE attempt = ? ORDER BY line')
        .all(attempt)
        .map((row) => metricsLineSchema.parse(JSON.parse(String(row['payload'])))),
    );
  }
}

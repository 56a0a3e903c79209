/** A copy of what a writer holds of a ledger whose file is not where, or what, it was. */
import { existsSync, truncateSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type LedgerEvent, storedEvent } from '../events.ts';
import type { AttemptId } from '../../model/ids.ts';
import { type ChainHead, chainHash, emptyChain, recordedHead } from './chain.ts';
import { vacuumInto } from './copy-ledger.ts';
import type { Rescued } from './errors.ts';
import type { KeptEvents } from './kept-events.ts';
import { readLedger } from './read-connection.ts';
import { verifyLedger } from './verify.ts';
import { writeWholeFile } from './whole-file.ts';
import { writeRecovered } from './write-recovered.ts';

interface Held {
  readonly db: DatabaseSync;
  /** Where the ledger was. */
  readonly path: string;
  readonly head: ChainHead;
  readonly kept: KeptEvents;
}

/**
 * Writes a ledger under a name that nothing has, beside the former or as near to it as a folder takes it.
 *
 * @param at wall clock, ms since 1970
 * @returns null where it could be written nowhere
 */
export function rescue(held: Held, at: number): Rescued | null {
  for (const folder of foldersNear(held.path)) {
    const path = freeName(folder, at);
    try {
      return {
        path,
        events: held.head.seq,
        lostMetrics: writeWholeFile(path, (file) => fill(held, file, at)),
      };
    } catch {
      // Full, read-only or somebody else's: the next may take it.
    }
  }
  return null;
}

function foldersNear(path: string): Set<string> {
  const folders = new Set<string>();
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) if (existsSync(at)) folders.add(at);
  return folders.add(homedir()).add(tmpdir());
}

function freeName(folder: string, at: number): string {
  const moment = new Date(at).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  for (let count = 1; ; count += 1) {
    const path = join(folder, `ledger-recovered-${moment}${count === 1 ? '' : `-${count}`}.db`);
    if (!existsSync(path)) return path;
  }
}

/** @returns of how many attempts the metrics lines are lost */
function fill(held: Held, file: string, at: number): number {
  try {
    // A file that was removed or moved is read on through what is open of it.
    vacuumInto(held.db, file);
    if (isWhole(file, held.head)) return 0;
  } catch {
    // Another program wrote into the file: pages of it that SQLite reads now make no sense.
  }
  truncateSync(file);
  const events = keptEvents(held);
  const lostMetrics = events.flatMap(attemptsWithLines);
  writeRecovered({ events, metrics: [], lostMetrics }, file, at);
  return lostMetrics.length;
}

function isWhole(file: string, head: ChainHead): boolean {
  const verified = verifyLedger(file);
  if (verified.kind !== 'verified' || verified.findings.length > 0) return false;
  const last = readLedger(file, (db) => recordedHead(db, 'last'));
  return last !== null && last.seq === head.seq && Buffer.compare(last.hash, head.hash) === 0;
}

function keptEvents({ kept, head }: Held): LedgerEvent[] {
  const events: LedgerEvent[] = [];
  let { hash } = emptyChain;
  for (const payload of kept.payloads()) {
    hash = chainHash(hash, payload);
    events.push(storedEvent(payload));
  }
  if (Buffer.compare(hash, head.hash) !== 0) throw new Error('the events were not read from the first on');
  return events;
}

function attemptsWithLines(event: LedgerEvent): AttemptId[] {
  const ended = event.kind === 'ended' ? [event] : event.kind === 'imported' ? event.results : [];
  return ended.flatMap(({ attempt, end }) => (end.metricsHash === '' ? [] : [attempt]));
}

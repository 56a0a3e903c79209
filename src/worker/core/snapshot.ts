import type { AttemptId } from '../../model/ids.ts';
import { type HeldAttempt, startOf } from './held-attempt.ts';
import type { JournalRecord } from './journal-record.ts';
import { inOrder } from './roles.ts';
import type { WorkerState } from './state.ts';
import { usedRecord } from './use.ts';

/** So many lines of 64 KB are as long as a line of a journal may be. */
const linesOfRecord = 1_000;

/** The shortest journal that replays into `state`: what a compacted one holds. */
export function* snapshot(state: WorkerState): Generator<JournalRecord> {
  if (state.bootId !== null) yield { kind: 'boot', bootId: state.bootId };
  if (state.hasLeft) yield { kind: 'left' };
  if (state.forgotten.size > 0) yield { kind: 'acked', attempts: [...state.forgotten] };
  for (const { ledger, term, owner, caps, settings } of state.ledgers.values()) {
    yield { kind: 'term', ledger, term, owner };
    yield { kind: 'limits', ledger, limits: caps };
    yield { kind: 'settings', ledger, settings };
  }
  if (state.use.recordedAt !== null) yield usedRecord(state.use, state.use.recordedAt);
  // Also what no attempt is of now: the next lease may be of it, and what is known is not written down again.
  for (const [launch, spec] of state.launches) yield { kind: 'launch', launch, spec };
  for (const held of state.attempts.values()) yield* attemptRecords(held);
}

function* attemptRecords({
  ledger,
  lease,
  status,
  device,
  kept,
  stopping,
}: HeldAttempt): Generator<JournalRecord> {
  const { attempt } = lease;
  yield { kind: 'leased', ledger, leases: [lease] };
  yield* startRecords(attempt, status, device);
  if (stopping !== null) {
    const { why, killAt } = stopping;
    yield { kind: 'stopping', attempt, why, killAt };
  }
  const { offsets, roles, pending } = kept;
  for (let from = 0; from < kept.lines.length; from += linesOfRecord) {
    const lines = kept.lines.slice(from, from + linesOfRecord);
    yield { kind: 'lines', attempt, standing: null, lines, pending: [], read: 0, offsets };
  }
  // Not all that was kept counts: a file may have been written anew.
  const standing = inOrder(roles);
  if (standing.length > 0)
    yield { kind: 'lines', attempt, standing, lines: [], pending: [...pending], read: kept.read, offsets };
  if (status.kind === 'ended') yield { kind: 'ended', attempt, end: status.end };
}

/** What is only being read counts as running still: after a restart it is read again. */
function* startRecords(
  attempt: AttemptId,
  status: HeldAttempt['status'],
  device: string,
): Generator<JournalRecord> {
  if (status.kind === 'waiting' || status.kind === 'ended') return;
  const run = status.kind === 'starting' ? null : status.run;
  yield { kind: 'starting', attempt, at: startOf(status), device };
  if (run === null) return;
  yield { kind: 'started', attempt, at: null, ...run.process, oomKills: run.oomKills };
  const { suspended, hasStoodStill } = run;
  if (hasStoodStill) yield { kind: 'resumed', attempt };
  if (suspended !== null)
    yield { kind: 'suspended', attempt, at: suspended.since, because: suspended.because };
}

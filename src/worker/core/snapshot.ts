import type { JournalRecord } from './journal-record.ts';
import { leftOver } from './kept-lines.ts';
import type { HeldAttempt, WorkerState } from './state.ts';

/** The shortest journal that replays into `state`: what a compacted one holds. */
export function* snapshot(state: WorkerState): Generator<JournalRecord> {
  if (state.bootId !== null) yield { kind: 'boot', bootId: state.bootId };
  yield { kind: 'limits', limits: state.caps };
  if (state.forgotten.size > 0) yield { kind: 'acked', attempts: [...state.forgotten] };
  for (const { ledger, term } of state.ledgers.values()) yield { kind: 'term', ledger, term };
  const used = new Set([...state.attempts.values()].map(({ lease }) => lease.launch));
  for (const [launch, spec] of state.launches) if (used.has(launch)) yield { kind: 'launch', launch, spec };
  for (const held of state.attempts.values()) yield* attemptRecords(held);
}

function* attemptRecords({ ledger, lease, status, kept, stopping }: HeldAttempt): Generator<JournalRecord> {
  const { attempt } = lease;
  yield { kind: 'leased', ledger, leases: [lease] };
  if (status.kind === 'starting') yield { kind: 'starting', attempt, at: status.at };
  if (status.kind === 'running') {
    const { startedAt, process, oomKills } = status.run;
    yield { kind: 'starting', attempt, at: startedAt };
    yield { kind: 'started', attempt, ...process, oomKills };
  }
  if (stopping !== null) yield { kind: 'stopping', attempt, ...stopping };
  if (kept.lines.length > 0)
    yield {
      kind: 'lines',
      attempt,
      lines: kept.lines,
      pending: leftOver(kept),
      offsets: kept.offsets,
    };
  if (status.kind === 'ended') yield { kind: 'ended', attempt, end: status.end };
}

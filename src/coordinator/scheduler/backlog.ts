/** What waits on a host. */
import type { Attempt, HostRecord, Trial } from '../../ledger/state.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { Outlooks } from './outlook.ts';

export interface Waiting {
  readonly attempt: Attempt;
  readonly trial: Trial;
  /** On a host like all others. */
  readonly seconds: number;
}

interface Kept {
  readonly changes: number;
  readonly learned: number;
  readonly waiting: readonly Waiting[];
}

/** A plan follows each word of a host, and few of them change anything here. */
const kept = new WeakMap<HostRecord, Kept>();

/** The longest at the end; of equals, the one that was leased last. */
export function backlogOf(
  { ledger, learned }: CoordinatorState,
  record: HostRecord,
  outlooks: Outlooks,
): readonly Waiting[] {
  const { changes } = record;
  const last = kept.get(record);
  if (last?.changes === changes && last.learned === learned) return last.waiting;
  const waiting: Waiting[] = [];
  for (const id of record.open) {
    const attempt = ledger.attempts.get(id);
    const trial = attempt === undefined ? undefined : ledger.trials.get(attempt.trial);
    if (attempt?.status.kind !== 'leased' || trial === undefined) continue;
    waiting.push({ attempt, trial, seconds: outlooks(attempt.launch).of(attempt.point).seconds });
  }
  waiting.sort((one, other) => one.seconds - other.seconds);
  kept.set(record, { changes, learned, waiting });
  return waiting;
}

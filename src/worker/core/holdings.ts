import type { Holding } from '../../protocol/messages.ts';
import type { LedgerId } from '../../model/ids.ts';
import type { AttemptStatus } from './held-attempt.ts';
import type { LedgerSide } from './ledger-side.ts';
import type { WorkerState } from './state.ts';

/** What each ledger has on this host, of those that have something. @param but leaves out this one */
export function holdings(state: WorkerState, but: LedgerSide | null = null): Holding[] {
  // Most hosts serve one ledger, whose thousands of attempts nobody has to count every second.
  if (but !== null && state.ledgers.size === 1) return [];
  const counts = new Map<LedgerId, Record<Held, number>>();
  for (const { ledger, status } of state.attempts.values()) {
    if (ledger === but?.ledger) continue;
    const count = counts.get(ledger) ?? { running: 0, waiting: 0, ended: 0 };
    count[held(status)] += 1;
    counts.set(ledger, count);
  }
  return [...counts].map(([ledger, count]) => ({
    owner: state.ledgers.get(ledger)?.owner || `ledger ${ledger}`,
    ...count,
  }));
}

type Held = Exclude<keyof Holding, 'owner'>;

const held = ({ kind }: AttemptStatus): Held => (kind === 'waiting' || kind === 'ended' ? kind : 'running');

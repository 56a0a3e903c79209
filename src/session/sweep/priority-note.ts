/** A file says nothing of what an earlier command has set: whoever runs it again takes that back. */
import type { SweepDeclaration } from '../../ledger/events.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { sweepName } from '../../model/ids.ts';

/** One sentence; null where the priority stays, or this command says it. */
export function priorityNote(
  { sweeps }: LedgerState,
  { sweep, priority }: Pick<SweepDeclaration, 'sweep' | 'priority'>,
  set: readonly string[] = [],
): string | null {
  const before = sweeps.get(sweepName(sweep))?.declaration.priority ?? priority;
  if (before === priority || set.some((change) => change.startsWith('priority='))) return null;
  return `Sweep ${sweep} has priority ${priority} from now on, as its file says; it was ${before}. \`--set priority=${before}\` keeps that.`;
}

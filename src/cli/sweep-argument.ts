import type { LedgerState, Sweep } from '../ledger/state.ts';
import { sweepNamed } from '../session/ledger/named-sweep.ts';
import type { SweepName } from '../model/ids.ts';
import { CommandError } from './exit.ts';

/**
 * The name of the sweep that a verb is about to stop or pause: the one that is named, else the only one that it can be.
 * Null means all, or that there is none.
 *
 * @throws CommandError where there are several and nobody says which
 */
export function sweepMeant(
  state: LedgerState,
  named: string | undefined,
  all: boolean,
  mayBe: (sweep: Sweep) => boolean,
): SweepName | null {
  if (named !== undefined && all) throw new CommandError('name a sweep, or say --all: not both.');
  if (named !== undefined) return sweepNamed(state, named).name;
  const found = [...state.sweeps.values()].filter(mayBe);
  if (all || found.length === 0) return null;
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only.name;
  const each = found.map(
    ({ name, counts: { queued, leased, running } }) =>
      `  ${name}: ${running} running, ${queued + leased} waiting`,
  );
  throw new CommandError([`${found.length} sweeps are open; name one, or say --all:`, ...each].join('\n'));
}

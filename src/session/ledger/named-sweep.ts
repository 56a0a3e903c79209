import type { LedgerState, Sweep } from '../../ledger/state.ts';
import { sweepName } from '../../model/ids.ts';
import { nearestName } from '../../model/source/nearest.ts';
import { SessionError } from '../session-error.ts';

/**
 * The sweep of that name, also where its file is named; without a name the one that was started last.
 *
 * @throws SessionError with the nearest name where there is no such sweep
 */
export function sweepNamed(state: LedgerState, name?: string): Sweep {
  const all = [...state.sweeps.values()];
  if (all.length === 0) throw new SessionError('this ledger has no sweep; `labsweep run SWEEP` starts one.');
  if (name === undefined) return latest(ownOf(all));
  const found = state.sweeps.get(sweepName(name)) ?? all.find(({ declaration }) => declaration.path === name);
  if (found !== undefined) return found;
  const names = all.map((sweep) => sweep.name);
  const nearest = nearestName(name, names);
  const advice = nearest === null ? `there are ${names.join(', ')}` : `did you mean ${nearest}?`;
  throw new SessionError(`there is no sweep ${name} in this ledger; ${advice}`);
}

/** What others have trained is shown where it is named, or where there is nothing else. */
function ownOf(sweeps: readonly Sweep[]): readonly Sweep[] {
  const own = sweeps.filter(({ isImported }) => !isImported);
  // The order in which others' came must not tell.
  return own.length > 0 ? own : sweeps.toSorted((a, b) => (a.name < b.name ? 1 : -1));
}

const latest = (sweeps: readonly [Sweep, ...Sweep[]] | readonly Sweep[]): Sweep =>
  sweeps.reduce((last, sweep) => ((sweep.openedAt ?? 0) >= (last.openedAt ?? 0) ? sweep : last));

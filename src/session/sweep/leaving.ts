/** What leaves a sweep of the ledger when its file, as it is now, is taken over. */
import type { Declared } from '../../coordinator/declaration.ts';
import type { LedgerState, Sweep, Trial } from '../../ledger/state.ts';
import { resultOf } from '../../results/result.ts';
import type { Caller } from '../caller.ts';
import { counted } from '../text/counted.ts';
import { SessionError } from '../session-error.ts';

export interface Leaving {
  readonly trials: number;
  /** Of them, those that run and would be ended: no other sweep wants them. */
  readonly running: number;
  /** Results that the leaderboard has now and would not have any more. */
  readonly results: number;
}

/** @param kept trials that a person has decided about already */
export function leavingOf(
  ledger: LedgerState,
  { declaration, points }: Declared,
  kept: ReadonlySet<string> = new Set(),
): Leaving {
  const sweep = ledger.sweeps.get(declaration.sweep);
  if (sweep === undefined) return { trials: 0, running: 0, results: 0 };
  const declared = new Set([...kept, ...points.flatMap(({ trials }) => trials)]);
  const gone = sweep.order.filter(({ id }) => !declared.has(id));
  const { objective } = sweep.declaration;
  return {
    trials: gone.length,
    running: gone.filter((trial) => trial.status.kind === 'running' && !isHeldElsewhere(ledger, trial, sweep))
      .length,
    results: gone.filter((trial) => resultOf(ledger, trial, objective) !== null).length,
  };
}

const isHeldElsewhere = (ledger: LedgerState, { sweeps }: Trial, { name }: Sweep): boolean =>
  sweeps.some((other) => other !== name && ledger.sweeps.get(other)?.status.kind === 'open');

/** One sentence; null where nothing is lost by it. */
export function leavingText({ declaration: { path, sweep } }: Declared, leaving: Leaving): string | null {
  const { trials, running, results } = leaving;
  if (running + results === 0) return null;
  const parts = [
    running > 0 ? `${counted(running, 'trial')} that ${running === 1 ? 'runs' : 'run'} would be ended` : '',
    results > 0 ? `${counted(results, 'result')} would leave the leaderboard (and stay in the ledger)` : '',
  ].filter((part) => part !== '');
  return `${path} lacks ${counted(trials, 'trial')} that sweep ${sweep} has: ${parts.join(', ')}.`;
}

/**
 * Asks a person at a terminal; a script has to have said `--prune`.
 *
 * @throws SessionError where that is not wanted: nothing was changed
 */
export async function requireLeave(caller: Caller, declared: Declared, leaving: Leaving): Promise<void> {
  const text = leavingText(declared, leaving);
  if (text === null) return;
  const instead = `\`--name NAME\` makes it a sweep of its own.`;
  const { confirm } = caller;
  if (confirm === null) throw new SessionError(`${text}\nSay --prune if that is meant; ${instead}`);
  caller.tell(`${text}\n`);
  if (!(await confirm('Is that meant? yes or no: ')))
    throw new SessionError(`Nothing was changed; ${instead}`);
}

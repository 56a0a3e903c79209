import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import type { Attempt } from '../../ledger/state.ts';
import { chargedTo, wantedSpace } from '../../model/result/outcome.ts';
import { outcomeText } from '../../model/result/outcome-text.ts';
import { stopSweep } from './commands.ts';
import { signatureOf } from './failure-signature.ts';
import { mayUse } from '../hosts/use.ts';
import { inRow } from '../hosts/streak-test.ts';
import type { CoordinatorState, EarlyFailure } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Ends of one cause before a sweep without a result is stopped; of a small one each trial's. */
const fewest = 3;
/** Of the log: a traceback of Python with a few frames. */
const linesShown = 20;

/**
 * A night of 300 trials that all fail on the same missing import is worth nothing by morning: where the first trials
 * of a sweep fail in the same way on two hosts (or on the only one), it stops and shows why.
 */
export function noteFailure(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  attempt: Attempt,
  end: AttemptEnd,
  now: number,
): void {
  const sweep = state.ledger.sweeps.get(attempt.sweep);
  if (sweep === undefined || sweep.status.kind !== 'open' || wantedSpace(end.outcome)) return;
  const { succeeded, diverged } = sweep.counts;
  if (succeeded + diverged > 0 || chargedTo[end.outcome.kind] === 'nobody') {
    state.firstFailures.delete(sweep.name);
    return;
  }
  const failures = [
    ...(state.firstFailures.get(sweep.name) ?? []),
    { trial: attempt.trial, host: attempt.host, signature: signatureOf(end) },
  ];
  state.firstFailures.set(sweep.name, failures);
  const inUse = [...state.fleet.values()].filter((host) => mayUse(state, host)).map(({ name }) => name);
  const there = failures.filter(({ host }) => inUse.includes(host));
  // A start that fails is no matter of chance.
  const mayBeChance = end.outcome.kind !== 'not-started';
  const enough = mayBeChance ? Math.min(inRow, Math.max(fewest, sweep.order.length)) : fewest;
  if (failWithOneCause(there, inUse.length, enough))
    stopSweep(state, turn, sweep, 'same-failure', explain(end), now);
}

export function failWithOneCause(failures: readonly EarlyFailure[], hosts: number, enough: number): boolean {
  if (failures.length < enough) return false;
  const distinct = (key: keyof EarlyFailure): number => new Set(failures.map((failure) => failure[key])).size;
  return distinct('signature') === 1 && distinct('trial') > 1 && distinct('host') >= Math.min(2, hosts);
}

const explain = (end: AttemptEnd): string =>
  [outcomeText(end.outcome), ...end.logTail.trim().split('\n').slice(-linesShown)]
    .filter((text) => text !== '')
    .join('\n');

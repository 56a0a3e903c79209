/** Sweeps that are paused or stopped, and what of them hosts are told to end. */
import { hasResult } from '../../ledger/results.ts';
import type { Attempt, Sweep } from '../../ledger/state.ts';
import { isBusy } from '../../ledger/sweeps.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';
import { forgetAsked } from '../hosts/asked.ts';
import { openOn } from './host-commands.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** What waits on hosts is taken back by the plan that follows. */
export function pause(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  name: string | null,
  now: number,
): string {
  const sweeps = sweepsNamed(state, name);
  if (sweeps.length === 0) return noSweep(name);
  const open = sweeps.filter((sweep) => sweep.status.kind === 'open' && isBusy(sweep));
  for (const { name: paused } of open) {
    turn.record({ kind: 'sweep-paused', at: now, sweep: paused });
    forgetAsked(state, paused);
  }
  const before = sweeps.filter((sweep) => sweep.status.kind === 'paused' && isBusy(sweep));
  if (open.length === 0 && before.length > 0)
    return `${namesOf(before)} ${before.length === 1 ? 'is' : 'are'} paused already`;
  return open.length === 0
    ? `nothing of ${namesOf(sweeps)} waits or runs`
    : `paused: ${namesOf(open)}; what runs goes to its end`;
}

const isStopped = ({ status }: Sweep): boolean => status.kind === 'stopped' || status.kind === 'declaring';

export function stop(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  name: string | null,
  now: number,
): string {
  const sweeps = sweepsNamed(state, name);
  if (sweeps.length === 0) return noSweep(name);
  const busy = sweeps.filter(isBusy);
  for (const sweep of busy) stopSweep(state, turn, sweep, 'person', 'stopped by a person', now);
  return busy.length === 0 ? `nothing of ${namesOf(sweeps)} waits or runs` : `stopped: ${namesOf(busy)}`;
}

const sweepsNamed = (state: CoordinatorState, name: string | null): Sweep[] =>
  [...state.ledger.sweeps.values()].filter((sweep) => name === null || sweep.name === name);

const namesOf = (sweeps: readonly Sweep[]): string => sweeps.map(({ name }) => name).join(', ');

const noSweep = (name: string | null): string =>
  name === null ? 'there is no sweep' : `there is no sweep ${name}`;

/** Nothing more of it starts; what of it waits or runs on a host, and serves no other open sweep, is ended. */
export function stopSweep(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  sweep: Sweep,
  by: 'person' | 'same-failure',
  because: string,
  now: number,
): void {
  if (isStopped(sweep)) return;
  turn.record({ kind: 'sweep-stopped', at: now, sweep: sweep.name, by, because });
  forgetAsked(state, sweep.name);
  for (const [host, attempts] of openAttemptsBy(state, sweep))
    turn.instruct({ kind: 'send', host, message: { kind: 'cancel', attempts } });
}

/** Ends what a host holds for no open sweep: a stop that a cut kept it from hearing, a point edited away. */
export function cancelUnwanted(state: CoordinatorState, turn: CoordinatorTurn, host: HostName): void {
  const attempts = openOn(state, host).filter((attempt) => !isWanted(state, attempt));
  if (attempts.length > 0)
    turn.instruct({
      kind: 'send',
      host,
      message: { kind: 'cancel', attempts: attempts.map((attempt) => attempt.id) },
    });
}

function openAttemptsBy(state: CoordinatorState, sweep: Sweep): Map<HostName, AttemptId[]> {
  const byHost = new Map<HostName, AttemptId[]>();
  for (const host of state.ledger.hosts.keys()) {
    const ids = openOn(state, host)
      .filter((attempt) => attempt.sweep === sweep.name && !isWanted(state, attempt))
      .map((attempt) => attempt.id);
    if (ids.length > 0) byHost.set(host, ids);
  }
  return byHost;
}

/** After a silence a trial may have two attempts: the one that ends well first counts, the other is ended. */
export function cancelOthers(state: CoordinatorState, turn: CoordinatorTurn, { id, trial }: Attempt): void {
  for (const other of state.ledger.trials.get(trial)?.attempts ?? []) {
    const host = state.ledger.attempts.get(other)?.host;
    if (other === id || host === undefined || !state.ledger.hosts.get(host)?.open.has(other)) continue;
    turn.instruct({ kind: 'send', host, message: { kind: 'cancel', attempts: [other] } });
  }
}

function isWanted(state: CoordinatorState, attempt: Attempt): boolean {
  const trial = state.ledger.trials.get(attempt.trial);
  if (trial === undefined || hasResult(trial.status)) return false;
  return trial.sweeps.some((name) => {
    const sweep = state.ledger.sweeps.get(name);
    return sweep !== undefined && !isStopped(sweep);
  });
}

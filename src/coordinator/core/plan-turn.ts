import { mustRunAlone } from '../../ledger/crashes.ts';
import type { HostName } from '../../model/ids.ts';
import type { Lease } from '../../protocol/messages.ts';
import { leaseOf } from '../scheduler/lease.ts';
import { plan } from '../scheduler/plan.ts';
import { askBack } from './ask-back.ts';
import { giveUpPoison } from './poison.ts';
import { giveUpSilent } from './silence.ts';
import type { CoordinatorState } from './state.ts';
import type { Turn } from './turn.ts';
import { comeAndGo } from './visits.ts';

/** The end of a turn: acknowledge what it accepted, prepare hosts, and lease what the scheduler assigns. */
export function planTurn(state: CoordinatorState, turn: Turn, now: number): void {
  for (const [host, attempts] of state.unacknowledged)
    turn.instruct({ kind: 'send', host, message: { kind: 'ack', attempts } });
  state.unacknowledged.clear();
  comeAndGo(state, turn);
  giveUpPoison(state, turn, now);

  const { assignments, preparations, takeBacks } = plan(state, now);
  for (const { host, launch } of preparations) prepare(state, turn, host, launch);
  for (const [host, assigned] of assignments) {
    const leases = assigned.map(({ trial, sweep }, index) => ({
      attempt: `${state.ledger.nonce}-${(state.ledger.attemptsOfTerm + index + 1).toString(36)}`,
      number: trial.attempts.length + 1,
      trial: trial.id,
      sweep,
      alone: mustRunAlone(state.ledger, trial),
    }));
    turn.record({ kind: 'leased', at: now, host, leases });
    sendLeases(
      state,
      turn,
      host,
      leases.map(({ attempt }) => attempt),
    );
  }
  for (const [name, attempts] of takeBacks) {
    const host = state.fleet.get(name);
    if (host !== undefined) askBack(turn, host, attempts);
  }
  giveUpSilent(state, turn, now);
}

function prepare(state: CoordinatorState, turn: Turn, name: HostName, launch: string): void {
  const host = state.fleet.get(name);
  const spec = state.ledger.launches.get(launch);
  if (host === undefined || spec === undefined) return;
  host.launches.set(launch, { kind: 'preparing' });
  turn.instruct({ kind: 'prepare', host: name, launch, spec });
}

function sendLeases(state: CoordinatorState, turn: Turn, host: HostName, attempts: readonly string[]): void {
  const leases = attempts
    .map((id) => leaseOf(state, host, id))
    .filter((lease): lease is Lease => lease !== null);
  turn.instruct({ kind: 'send', host, message: { kind: 'lease', leases } });
}

import { runsAlone } from '../../ledger/crashes.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import type { Attempt, Trial } from '../../ledger/state.ts';
import { skipSettled } from '../../ledger/sweeps.ts';
import { type AttemptId, type HostName, type LaunchId, launchId, type SweepName } from '../../model/ids.ts';
import type { Lease } from '../../protocol/messages.ts';
import type { Beginning } from '../scheduler/checkpoint.ts';
import { tellCeilings } from '../core/ceilings.ts';
import { tellExpectations } from '../core/expectations.ts';
import { leaseOf, predictionOf } from '../core/lease.ts';
import { plan } from '../scheduler/plan.ts';
import { askBack } from '../core/ask-back.ts';
import { nextAttempt } from '../core/attempt-seal.ts';
import { giveUpPoison } from '../core/poison.ts';
import { giveUpSilent } from '../core/silence.ts';
import { giveUpTooLarge } from '../core/too-large.ts';
import { connectionOf } from '../hosts/link.ts';
import { type Carried, type CoordinatorState, readyNow } from '../hosts/state.ts';
import type { CoordinatorTurn } from '../core/turn.ts';
import { comeAndGo } from '../core/visits.ts';

const leastCarryMs = 60_000;
const mostCarryMs = 3_600_000;

/** The end of a turn: acknowledge what it accepted, prepare hosts, and lease what the scheduler assigns. */
export function planTurn(state: CoordinatorState, turn: CoordinatorTurn, now: number): void {
  for (const [host, attempts] of state.unacknowledged)
    turn.instruct({ kind: 'send', host, message: { kind: 'ack', attempts } });
  state.unacknowledged.clear();
  comeAndGo(state, turn);
  tellCeilings(state, turn, now);
  giveUpPoison(state, turn, now);
  giveUpTooLarge(state, turn, now);

  for (const sweep of state.ledger.sweeps.values()) skipSettled(sweep);
  const { assignments, preparations, takeBacks, ready } = plan(state, now);
  for (const sweep of ready) if (!state.ready.has(sweep)) state.ready.set(sweep, readyNow(state, now));
  for (const { host, launch } of preparations) prepare(state, turn, host, launch);
  for (const [host, assigned] of assignments) {
    const leases: Leases[number][] = [];
    for (const { trial, sweep, beginning } of assigned)
      if (beginning.kind === 'carry') carry(state, turn, beginning, host);
      else {
        // Its name is its place in its term, of which the leases of this fact are not yet counted.
        const attempt = nextAttempt(state.ledger, host, trial.id, leases.length);
        leases.push(leaseFor(state, host, attempt, trial, sweep, beginning));
      }
    if (leases.length === 0) continue;
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
  tellExpectations(state, turn);
}

type Leases = Extract<LedgerEvent, { kind: 'leased' }>['leases'];

function leaseFor(
  state: CoordinatorState,
  host: HostName,
  attempt: AttemptId,
  trial: Trial,
  sweep: SweepName,
  { continues, anew }: Extract<Beginning, { kind: 'lease' }>,
): Leases[number] {
  const launch = state.ledger.sweeps.get(sweep)?.declaration.launch ?? launchId('');
  return {
    attempt,
    number: trial.attempts.length + 1,
    trial: trial.id,
    sweep,
    alone: runsAlone(state.ledger, trial),
    continues,
    anew,
    predicted: predictionOf(state, { launch, host }, trial.point),
  };
}

/** It is leased once the checkpoint is there, or cannot come. */
function carry(
  { carries }: CoordinatorState,
  turn: CoordinatorTurn,
  { attempt, from }: Extract<Beginning, { kind: 'carry' }>,
  to: HostName,
): void {
  const carried = carries.get(attempt.id) ?? new Map<HostName, Carried>();
  carries.set(attempt.id, carried.set(to, { kind: 'on-its-way', from }));
  turn.instruct({
    kind: 'carry',
    trial: attempt.trial,
    attempt: attempt.id,
    from,
    to,
    withinMs: worthMs(attempt),
  });
}

/** As long as the attempt took to come so far; a moment for what took no longer. */
function worthMs({ leasedAt, status }: Attempt): number {
  const tookMs = status.kind === 'ended' ? status.at - leasedAt : 0;
  return Math.min(Math.max(tookMs, leastCarryMs), mostCarryMs);
}

function prepare(state: CoordinatorState, turn: CoordinatorTurn, name: HostName, launch: LaunchId): void {
  const host = state.fleet.get(name);
  const spec = state.ledger.launches.get(launch);
  const connection = host === undefined ? null : connectionOf(host.link);
  if (connection === null || spec === undefined) return;
  connection.launches.set(launch, { kind: 'preparing' });
  turn.instruct({ kind: 'prepare', host: name, launch, spec });
}

function sendLeases(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: HostName,
  attempts: readonly AttemptId[],
): void {
  const leases = attempts.map((id) => leaseOf(state, id)).filter((lease): lease is Lease => lease !== null);
  turn.instruct({ kind: 'send', host, message: { kind: 'lease', leases } });
}

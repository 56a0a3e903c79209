/** What an end says of hosts: who is left out for it, who is used again, and which trials are given back. */
import type { LedgerEvent } from '../../ledger/events.ts';
import { hasResult } from '../../ledger/results.ts';
import type { Attempt, Trial } from '../../ledger/state.ts';
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import { type DiskSeen, untilRoomText } from '../../model/result/disk-use.ts';
import { chargeOfEnd } from '../../model/result/charge.ts';
import { chargedTo, isResult, type Outcome, wantedSpace } from '../../model/result/outcome.ts';
import { outcomeText } from '../../model/result/outcome-text.ts';
import { isDue } from '../hosts/use.ts';
import { mostCharges } from '../hosts/pauses.ts';
import { lapse } from '../hosts/probation.ts';
import { foundRoom, noteNoRoom } from '../hosts/want-of-room.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { type Connection, connectionOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { type Case, caseAgainst, failuresElsewhere } from '../hosts/suspicion.ts';
import type { CoordinatorTurn } from './turn.ts';

export function judgeHosts(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  attempt: Attempt,
  end: AttemptEnd,
  now: number,
): void {
  const host = state.fleet.get(attempt.host);
  if (host !== undefined) judgeOwn(state, turn, host, attempt, end, now);
  for (const each of state.fleet.values()) judgeByPeers(state, turn, each, now);
}

const isQuarantined = (state: CoordinatorState, { name }: FleetHost): boolean =>
  (state.ledger.hosts.get(name)?.quarantine ?? null) !== null;

function judgeOwn(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  attempt: Attempt,
  end: AttemptEnd,
  now: number,
): void {
  const { outcome, disk } = end;
  const charge = chargeOfEnd(end);
  const wasTried = isDue(state, host);
  const connection = connectionOf(host.link);
  if (isResult(outcome.kind)) {
    if (isQuarantined(state, host)) turn.record({ kind: 'host-trusted', at: now, host: host.name });
    host.doubt.dueAtMs = null;
    if (connection !== null) {
      takeBackRefusal(connection, attempt.launch);
      foundRoom(connection, attempt);
    }
  } else if (charge === 'launch') {
    if (connection !== null) judgeLaunch(state, connection, attempt, end);
  } else if (charge !== 'nobody') {
    if (wasTried) lapse(state, host);
    const trial = state.ledger.trials.get(attempt.trial);
    if (isQuarantined(state, host) && trial !== undefined) giveBack(turn, [trial], now);
    else if (
      chargedTo[outcome.kind] === 'host' &&
      'message' in outcome &&
      chargesOf(state, host) >= mostCharges
    )
      leaveOut(state, turn, host, ownReason(host, outcome, disk), now);
  }
}

/** It has run there after all. */
function takeBackRefusal({ launches, failedStarts }: Connection, launch: string): void {
  if (failedStarts.delete(launch) && launches.get(launch)?.kind === 'refused') launches.delete(launch);
}

/** It is no fault of the host's: its other launches go on. */
function judgeLaunch(
  state: CoordinatorState,
  connection: Connection,
  attempt: Attempt,
  { outcome, logTail }: AttemptEnd,
): void {
  const { launch } = attempt;
  if (outcome.kind === 'no-space') noteNoRoom(connection, attempt, outcome.message, state.awakeMs);
  else if (outcome.kind !== 'not-started') return;
  else if (outcome.reason === 'content-missing') bringAgain(state, connection, launch, outcome.message);
  else chargeLaunch(state, connection, launch, outcome.message, logTail);
}

/** In the end it is as where the host could not be prepared: the next connection, or `hosts on`, tries again. */
function chargeLaunch(
  { awakeMs }: CoordinatorState,
  { launches, failedStarts }: Connection,
  launch: string,
  problem: string,
  logTail: string,
): void {
  const count = (failedStarts.get(launch) ?? 0) + 1;
  failedStarts.set(launch, count);
  if (count >= mostCharges) launches.set(launch, { kind: 'refused', problem, logTail, atMs: awakeMs });
}

/** What starts at the same time lacks the same files: it counts once. */
function bringAgain(state: CoordinatorState, connection: Connection, launch: string, problem: string): void {
  if (connection.launches.get(launch)?.kind !== 'ready') return;
  connection.launches.delete(launch);
  chargeLaunch(state, connection, launch, problem, '');
}

const chargesOf = (state: CoordinatorState, { name }: FleetHost): number =>
  state.ledger.hosts.get(name)?.charges ?? 0;

function judgeByPeers(state: CoordinatorState, turn: CoordinatorTurn, host: FleetHost, now: number): void {
  if (isQuarantined(state, host)) return;
  const found = caseAgainst(state, host);
  if (found === null) {
    host.doubt.dueAtMs = null;
    return;
  }
  if (host.doubt.dueAtMs === null) lapse(state, host);
  if (found.verdict === 'guilty') {
    leaveOut(state, turn, host, { because: becauseOf(state, host, found), untilRoom: false }, now);
    const trials = streakOf(state, host, found).filter(({ status }) => !hasResult(status));
    giveBack(
      turn,
      trials.filter((trial) => isOwed(state, host, trial)),
      now,
    );
  } else askWitnesses(turn, host, found, now);
}

/** Who has no retry left tells by how it ends elsewhere whose fault it was. */
function askWitnesses(turn: CoordinatorTurn, host: FleetHost, { open }: Case, now: number): void {
  const spent = open.filter(({ status }) => status.kind === 'failed');
  for (const { id } of spent) host.doubt.witnesses.add(id);
  giveBack(turn, spent, now);
}

/** All that it has failed in a row, not only what was looked at. */
const streakOf = ({ ledger }: CoordinatorState, { name }: FleetHost, { launch }: Case): Trial[] =>
  (ledger.hosts.get(name)?.standings.get(launch)?.streak ?? []).flatMap((id) => ledger.trials.get(id) ?? []);

/** Why a host is left out, with what it said last. */
function becauseOf(state: CoordinatorState, { name }: FleetHost, { streak, blamed }: Case): string {
  const ends = (streak.at(-1)?.attempts ?? []).flatMap((id) => {
    const attempt = state.ledger.attempts.get(id);
    return attempt?.host === name && attempt.status.kind === 'ended' ? [attempt.status.end] : [];
  });
  const last = ends.at(-1);
  const words = last === undefined ? '' : `: ${outcomeText(last.outcome)}`;
  return `the last ${streak.length} trials failed there, and ${blamed} of them succeeded on other hosts${words}`;
}

/** Whether retries are left of a trial but for what a broken host has spent. */
function isOwed(state: CoordinatorState, host: FleetHost, trial: Trial): boolean {
  const retries = trial.sweeps.map((name) => state.ledger.sweeps.get(name)?.declaration.retries ?? 0);
  return failuresElsewhere(state, host, trial).length <= Math.max(0, ...retries);
}

type WhyLeftOut = Pick<Extract<LedgerEvent, { kind: 'host-quarantined' }>, 'because' | 'untilRoom'>;

function ownReason(
  { link }: FleetHost,
  outcome: Extract<Outcome, { readonly message: string }>,
  disk: DiskSeen | null,
): WhyLeftOut {
  if (!wantedSpace(outcome)) return { because: outcome.message, untilRoom: false };
  const folder = connectionOf(link)?.facts.folder ?? null;
  return { because: untilRoomText(outcome.message, disk, folder), untilRoom: true };
}

function leaveOut(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  why: WhyLeftOut,
  now: number,
): void {
  turn.record({ kind: 'host-quarantined', at: now, host: host.name, ...why });
  if (host.doubt.dueAtMs === null) lapse(state, host);
}

/** None of it was their own fault. */
function giveBack(turn: CoordinatorTurn, trials: readonly Trial[], now: number): void {
  const ids = trials.map(({ id }) => id);
  if (ids.length > 0) turn.record({ kind: 'retry-asked', at: now, trials: ids });
}

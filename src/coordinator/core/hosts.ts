/** What a host says, and what becomes of it: reconcile after a connection, then results as they come. */
import type { AttemptEnd } from '../../model/attempt-end.ts';
import { type AttemptId, attemptId, type HostName, trialId } from '../../model/ids.ts';
import { printable } from '../../model/printable.ts';
import { isPassing } from '../../model/refusal.ts';
import type { FromAgent, HostFacts } from '../../protocol/messages.ts';
import type { Attempt } from '../../ledger/state.ts';
import { askForAwaited, takeArtifacts } from './artifacts.ts';
import { dropSettled, noteCheckpoint } from './checkpoints.ts';
import { judgeHosts } from './blame.ts';
import { cancelOthers, cancelUnwanted } from './commands.ts';
import { noteFailure } from './early-failure.ts';
import { forgetConnection, isDue } from './host-use.ts';
import { lapse } from './probation.ts';
import { takeBackOutdated } from './outdated.ts';
import { learn } from './learn.ts';
import { lostEnd, noteGivenUp, noteRun, noteTry, settleGivenUp, takeUpAgain } from './silence.ts';
import type { CoordinatorEvent } from './events.ts';
import type { CoordinatorState, FleetHost } from './state.ts';
import type { Turn } from './turn.ts';

type Said<Kind extends FromAgent['kind']> = Extract<FromAgent, { kind: Kind }>;

export function connected(
  state: CoordinatorState,
  name: HostName,
  { facts, endsWithLogin }: { readonly facts: HostFacts; readonly endsWithLogin: string | null },
): void {
  const host = state.fleet.get(name);
  if (host === undefined || host.link.kind === 'left') return;
  forgetConnection(state, host);
  host.link = { kind: 'reconciling', facts };
  host.away = null;
  host.heardAtMs = state.awakeMs;
  host.endsWithLogin = endsWithLogin;
}

export function disconnected(
  state: CoordinatorState,
  { host: name, because }: Extract<CoordinatorEvent, { kind: 'host-disconnected' }>,
): void {
  const host = state.fleet.get(name);
  if (host === undefined || host.link.kind === 'left') return;
  const wasThere = host.link.kind === 'ready' || host.link.kind === 'reconciling';
  forgetConnection(state, host);
  host.link = { kind: 'connecting', because };
  noteTry(host, wasThere);
}

export function givenUp(state: CoordinatorState, name: HostName, because: string): void {
  const host = state.fleet.get(name);
  if (host === undefined || host.link.kind === 'left') return;
  forgetConnection(state, host);
  host.link = { kind: 'connecting', because };
  noteGivenUp(host);
  // What it is left out for may still be so: it is entered again after the next pause.
  if (isDue(state, host)) lapse(state, host);
}

export function received(
  state: CoordinatorState,
  turn: Turn,
  name: HostName,
  message: FromAgent,
  now: number,
): void {
  const host = state.fleet.get(name);
  if (host === undefined) return;
  host.heardAtMs = state.awakeMs;
  switch (message.kind) {
    case 'state':
      reconcile(state, turn, host, message, now);
      break;
    case 'started':
      turnStarted(state, turn, host, message.attempts, now);
      break;
    case 'metrics':
      keepMetrics(state, turn, message);
      break;
    case 'ended':
      endAttempt(state, turn, host, attemptId(message.attempt), message.end, now);
      takeArtifacts(state, turn, host.name, attemptId(message.attempt), message.files, now);
      break;
    case 'taken-back':
      takenBack(state, turn, host, message, now);
      break;
    case 'figures':
      noteFigures(host, message, now);
      break;
    case 'facts':
      if ('facts' in host.link) host.link = { ...host.link, facts: message.facts };
      break;
    case 'stuck':
      host.stuck = message.because === null ? null : printable(message.because);
      break;
    // Answers to questions of the connection itself (fleet/), which reads them before they come here.
    case 'welcome':
    case 'turned-away':
    case 'content':
    case 'preparing':
    case 'launch':
    case 'launch-checked':
    case 'log':
    case 'file':
    case 'checkpoint':
    case 'checkpoint-restored':
      break;
    default:
      message satisfies never;
  }
}

function noteFigures(host: FleetHost, { figures, holds, others }: Said<'figures'>, now: number): void {
  if (host.link.kind === 'ready') host.link = { ...host.link, figures, holds, others };
  const isHeld = holds.some(({ refusals }) => refusals.some(({ kind }) => !isPassing(kind)));
  host.heldSince = isHeld ? (host.heldSince ?? now) : null;
}

/**
 * Holds what the host has against what the ledger says it has: what runs there without our knowledge is adopted, what
 * the host has forgotten is queued again or lost.
 */
function reconcile(
  state: CoordinatorState,
  turn: Turn,
  host: FleetHost,
  said: Said<'state'>,
  now: number,
): void {
  if (host.link.kind !== 'reconciling') return;
  host.link = { kind: 'ready', facts: host.link.facts, figures: null, holds: [], others: [] };
  for (const { attempt, trial } of [...said.running, ...said.ended])
    adopt(state, turn, host, attempt, trial, now);
  takeUpAgain(state, turn, host, known(state, [...said.running, ...said.ended]), now);
  turn.instruct({ kind: 'send', host: host.name, message: { kind: 'limits', limits: host.limits } });
  turn.instruct({
    kind: 'send',
    host: host.name,
    message: { kind: 'reconciled', committedLines: committedLinesOf(state, host) },
  });
  turnStarted(state, turn, host, said.running, now);
  const held = new Set([...said.backlog, ...[...said.running, ...said.ended].map(({ attempt }) => attempt)]);
  requeueForgotten(state, turn, host, held, now);
  settleGivenUp(state, turn, host, held, now);
  dropStrangers(state, turn, host, said.backlog);
  cancelUnwanted(state, turn, host.name);
  takeBackOutdated(state, turn, host.name);
  askForAwaited(state, turn, host.name);
  dropSettled(state, turn, host);
}

/** A waiting attempt that this ledger does not hold open there was decided in another life of it. */
function dropStrangers(
  state: CoordinatorState,
  turn: Turn,
  host: FleetHost,
  backlog: readonly string[],
): void {
  const open = state.ledger.hosts.get(host.name)?.open ?? new Set();
  const strangers = backlog.filter((id) => !open.has(attemptId(id)));
  if (strangers.length > 0)
    turn.instruct({ kind: 'send', host: host.name, message: { kind: 'take-back', attempts: strangers } });
}

function adopt(
  state: CoordinatorState,
  turn: Turn,
  host: FleetHost,
  attempt: string,
  trial: string,
  now: number,
): void {
  if (state.ledger.attempts.has(attemptId(attempt)) || !state.ledger.trials.has(trialId(trial))) return;
  turn.record({ kind: 'adopted', at: now, attempt, host: host.name, trial });
}

const committedLinesOf = (state: CoordinatorState, host: FleetHost): Record<string, number> =>
  Object.fromEntries(
    [...(state.ledger.hosts.get(host.name)?.open ?? [])].map((id) => [id, state.committedLines.get(id) ?? 0]),
  );

/**
 * What the ledger has open there and the host does not hold: a lease that never arrived goes back into the queue; what
 * had started and is not even known any more is lost.
 */
function requeueForgotten(
  state: CoordinatorState,
  turn: Turn,
  host: FleetHost,
  held: ReadonlySet<string>,
  now: number,
): void {
  const forgotten = [...(state.ledger.hosts.get(host.name)?.open ?? [])].filter((id) => !held.has(id));
  const unstarted = forgotten.filter((id) => state.ledger.attempts.get(id)?.status.kind === 'leased');
  if (unstarted.length > 0)
    turn.record({ kind: 'taken-back', at: now, host: host.name, attempts: unstarted });
  for (const id of forgotten)
    if (state.ledger.attempts.get(id)?.status.kind === 'running')
      endAttempt(state, turn, host, id, lostEnd('unknown-to-host'), now);
}

function turnStarted(
  state: CoordinatorState,
  turn: Turn,
  host: FleetHost,
  started: readonly { attempt: string; device: string; runningMs?: number }[],
  now: number,
): void {
  takeUpAgain(state, turn, host, known(state, started), now);
  for (const { attempt, runningMs } of started) noteRun(state, attemptId(attempt), runningMs ?? 0);
  const news = started
    .filter(({ attempt }) => state.ledger.attempts.get(attemptId(attempt))?.status.kind === 'leased')
    .map(({ attempt, device }) => ({ attempt, device }));
  if (news.length > 0) turn.record({ kind: 'started', at: now, host: host.name, attempts: news });
}

const known = (state: CoordinatorState, said: readonly { readonly attempt: string }[]): Attempt[] =>
  said.flatMap(({ attempt }) => state.ledger.attempts.get(attemptId(attempt)) ?? []);

function keepMetrics(state: CoordinatorState, turn: Turn, said: Said<'metrics'>): void {
  const attempt = attemptId(said.attempt);
  const committed = state.committedLines.get(attempt) ?? 0;
  const fresh = said.lines.slice(Math.max(0, committed - said.from));
  const known = state.ledger.attempts.get(attempt);
  if (fresh.length === 0 || known === undefined || known.status.kind === 'ended') return;
  turn.recordMetrics({ attempt, from: committed, lines: fresh });
  state.committedLines.set(attempt, committed + fresh.length);
}

function takenBack(
  state: CoordinatorState,
  turn: Turn,
  host: FleetHost,
  said: Said<'taken-back'>,
  now: number,
): void {
  for (const id of [...said.attempts, ...said.kept]) host.asked.delete(attemptId(id));
  // A machine with two entries may hold what was leased to the other: that one is not used now, and never would say so.
  const open = said.attempts
    .map((id) => state.ledger.attempts.get(attemptId(id)))
    .filter((attempt) => attempt !== undefined)
    .filter(({ id, host: leasedTo }) => state.ledger.hosts.get(leasedTo)?.open.has(id));
  for (const [leasedTo, attempts] of Map.groupBy(open, (attempt) => attempt.host))
    turn.record({ kind: 'taken-back', at: now, host: leasedTo, attempts: attempts.map(({ id }) => id) });
  const strangers = said.kept.filter((id) => !state.ledger.attempts.has(attemptId(id)));
  if (strangers.length > 0)
    turn.instruct({ kind: 'send', host: host.name, message: { kind: 'cancel', attempts: strangers } });
}

/** Accepts an end once; the acknowledgement goes out with the turn, after the commit (P1). */
function endAttempt(
  state: CoordinatorState,
  turn: Turn,
  host: FleetHost,
  id: AttemptId,
  told: AttemptEnd,
  now: number,
): void {
  const attempt = state.ledger.attempts.get(id);
  // One of another life of this ledger that was cancelled is over; any other end is adopted at the next connection.
  if (attempt !== undefined || told.outcome.kind === 'cancelled') acknowledge(state, host.name, id);
  if (attempt === undefined) return;
  if (attempt.status.kind === 'ended') return;
  const end = readable(told);
  host.ended += 1;
  state.committedLines.delete(id);
  state.runsSince.delete(id);
  turn.record({ kind: 'ended', at: now, attempt: id, host: attempt.host, end });
  if (end.outcome.kind === 'succeeded') cancelOthers(state, turn, attempt);
  noteCheckpoint(state, turn, attempt);
  learn(state, attempt, end);
  noteFailure(state, turn, attempt, end, now);
  judgeHosts(state, turn, attempt, end, now);
}

/** People read the words of a program in many places: what they could not read is left out before it is kept. */
const readable = (end: AttemptEnd): AttemptEnd => ({
  ...end,
  outcome:
    'message' in end.outcome ? { ...end.outcome, message: printable(end.outcome.message) } : end.outcome,
  logTail: printable(end.logTail),
});

function acknowledge(state: CoordinatorState, host: HostName, id: AttemptId): void {
  const waiting = state.unacknowledged.get(host);
  if (waiting === undefined) state.unacknowledged.set(host, [id]);
  else waiting.push(id);
}

/** What a host says, and what becomes of it: reconcile after a connection, then results as they come. */
import { mostLines } from '../../model/bounds.ts';
import type { HostName } from '../../model/ids.ts';
import { isPassing } from '../../model/refusal/refusal.ts';
import type { HostFacts, HostSaid } from '../../protocol/messages.ts';
import { takeArtifacts } from './artifacts.ts';
import { cancel } from './ask-back.ts';
import { endAttempt } from './ends.ts';
import type { CoordinatorEvent } from './events.ts';
import { isDue } from '../hosts/use.ts';
import { connectionOf, newConnection } from '../hosts/link.ts';
import { turnTo } from './connections.ts';
import { lapse } from '../hosts/probation.ts';
import { reconcile } from './reconcile.ts';
import { afterGivingUp, afterTry } from './silence.ts';
import { noteMoment } from './last-moments.ts';
import { attemptOf } from './speaks-for.ts';
import { turnStarted } from './starts.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

type Said<Kind extends HostSaid['kind']> = Extract<HostSaid, { kind: Kind }>;

export function connected(
  state: CoordinatorState,
  name: HostName,
  { facts, endsWithLogin }: { readonly facts: HostFacts; readonly endsWithLogin: string | null },
): void {
  const host = state.fleet.get(name);
  if (host === undefined || host.link.kind === 'left') return;
  const connection = newConnection(facts, endsWithLogin, state.awakeMs);
  turnTo(state, host, { kind: 'reconciling', ...connection });
}

export function disconnected(
  state: CoordinatorState,
  { host: name, because }: Extract<CoordinatorEvent, { kind: 'host-disconnected' }>,
): void {
  const host = state.fleet.get(name);
  if (host === undefined || host.link.kind === 'left') return;
  if (connectionOf(host.link) !== null) host.ceiling.goneAtMs = state.awakeMs;
  turnTo(state, host, { kind: 'away', because, silence: afterTry(host.link) });
}

export function givenUp(state: CoordinatorState, name: HostName, because: string): void {
  const host = state.fleet.get(name);
  if (host === undefined || host.link.kind === 'left') return;
  turnTo(state, host, { kind: 'given-up', because, silence: afterGivingUp(host.link) });
  // What it is left out for may still be so: it is entered again after the next pause.
  if (isDue(state, host)) lapse(state, host);
}

export function received(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  name: HostName,
  message: HostSaid,
  now: number,
): void {
  const host = state.fleet.get(name);
  const reached = host === undefined ? null : connectionOf(host.link);
  if (host === undefined || reached === null) return;
  reached.heardAtMs = state.awakeMs;
  switch (message.kind) {
    case 'state':
      reconcile(state, turn, host, message, now);
      break;
    case 'started':
      turnStarted(state, turn, host, message.attempts, now);
      break;
    case 'metrics':
      keepMetrics(state, turn, host, message);
      break;
    case 'ended':
      endAttempt(state, turn, host, message.attempt, message.end, now);
      if (attemptOf(state, host, message.attempt) !== null)
        takeArtifacts(state, turn, host.name, message, now);
      break;
    case 'taken-back':
      takenBack(state, turn, host, message, now);
      break;
    case 'figures':
      noteFigures(state, host, message, now);
      break;
    case 'facts':
      host.link = { ...reached, facts: message.facts };
      break;
    case 'stuck':
      reached.stuck = message.because;
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

function noteFigures(
  state: CoordinatorState,
  host: FleetHost,
  { figures, holds: said, others, moment }: Said<'figures'>,
  now: number,
): void {
  const holds = said.filter(({ attempt }) => attemptOf(state, host, attempt) !== null);
  if (host.link.kind !== 'ready') return;
  const isHeld = holds.some(({ refusals }) => refusals.some(({ kind }) => !isPassing(kind)));
  const heldSince = isHeld ? (host.link.heldSince ?? now) : null;
  host.link = { ...host.link, figures, holds, others, heldSince };
  noteMoment(host, host.link.facts, moment);
}

function keepMetrics(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  { attempt: id, from, lines }: Said<'metrics'>,
): void {
  const attempt = attemptOf(state, host, id);
  const committed = state.committedLines.get(id) ?? 0;
  // The next line is never left out by an agent, and no attempt has more lines than one message may.
  if (attempt === null || attempt.status.kind === 'ended' || from > committed || from > mostLines) return;
  const fresh = lines.slice(committed - from);
  if (fresh.length === 0) return;
  turn.recordMetrics({ attempt: id, from: committed, lines: fresh });
  state.committedLines.set(id, committed + fresh.length);
}

/** A host gives back what it was asked for, and what it could not start; only its own. */
function takenBack(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  said: Said<'taken-back'>,
  now: number,
): void {
  const asked = connectionOf(host.link)?.asked ?? new Set();
  const given = said.attempts.filter(
    (id) => asked.has(id) || attemptOf(state, host, id)?.status.kind === 'leased',
  );
  for (const id of [...said.attempts, ...said.kept]) asked.delete(id);
  const open = given
    .flatMap((id) => attemptOf(state, host, id) ?? [])
    .filter(({ id, host: leasedTo }) => state.ledger.hosts.get(leasedTo)?.open.has(id));
  for (const [leasedTo, attempts] of Map.groupBy(open, (attempt) => attempt.host))
    turn.record({ kind: 'taken-back', at: now, host: leasedTo, attempts: attempts.map(({ id }) => id) });
  cancel(
    turn,
    host,
    said.kept.filter((id) => !state.ledger.attempts.has(id)),
  );
}

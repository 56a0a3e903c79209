/** What follows a connection: what the host has, held against what the ledger says that it has. */
import type { AttemptId } from '../../model/ids.ts';
import type { HostSaid } from '../../protocol/messages.ts';
import { askForAwaited } from './artifacts.ts';
import { askBack, cancel } from './ask-back.ts';
import { wasLeased } from './attempt-seal.ts';
import { dropSettled } from './checkpoints.ts';
import { cancelUnwanted } from './commands.ts';
import { endAttempt } from './ends.ts';
import { tellLastMoments } from './last-moments.ts';
import { takeBackOutdated } from './outdated.ts';
import { lostEnd, settleGivenUp, takeUpAgain } from './silence.ts';
import { namesOf, openThere } from './speaks-for.ts';
import { own, turnStarted } from './starts.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

type State = Extract<HostSaid, { kind: 'state' }>;

/**
 * Holds what the host has against what the ledger says it has: what runs there without our knowledge is adopted, what
 * the host has forgotten is queued again or lost.
 */
export function reconcile(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  said: State,
  now: number,
): void {
  if (host.link.kind !== 'reconciling') return;
  host.link = { ...host.link, kind: 'ready', figures: null, holds: [], others: [] };
  const begun = [...said.running, ...said.ended];
  adopt(state, turn, host, begun, now);
  takeUpAgain(state, turn, host, own(state, host, begun), now);
  turn.instruct({ kind: 'send', host: host.name, message: { kind: 'limits', limits: host.listing.limits } });
  turn.instruct({
    kind: 'send',
    host: host.name,
    message: { kind: 'reconciled', committedLines: committedLinesOf(state, host) },
  });
  tellLastMoments(turn, host, host.link.facts);
  turnStarted(state, turn, host, said.running, now);
  const held = new Set([...said.backlog, ...begun.map(({ attempt }) => attempt)]);
  requeueForgotten(state, turn, host, held, now);
  settleGivenUp(state, turn, host, held, now);
  dropStrangers(state, turn, host, said);
  cancelUnwanted(state, turn, host.name);
  takeBackOutdated(state, turn, host.name);
  askForAwaited(state, turn, host);
  dropSettled(state, turn, host);
}

/** What this ledger does not hold open there was decided in another life of it, or is none of this host's. */
function dropStrangers(state: CoordinatorState, turn: CoordinatorTurn, host: FleetHost, said: State): void {
  const open = state.ledger.hosts.get(host.name)?.open ?? new Set();
  const waiting = said.backlog.filter((id) => !open.has(id));
  if (waiting.length > 0) askBack(turn, host, waiting);
  const running = said.running.filter(
    ({ attempt, trial }) => !state.ledger.attempts.has(attempt) && state.ledger.trials.has(trial),
  );
  cancel(
    turn,
    host,
    running.map(({ attempt }) => attempt),
  );
}

/** Names that no ledger gave: each costs some codes, and a host may tell of 480,000 in a message. */
const mostMadeUp = 1_000;

function adopt(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  begun: State['ended'],
  now: number,
): void {
  const { ledger } = state;
  const names = new Set([host.name, ...namesOf(state, host)]);
  let madeUp = 0;
  for (const { attempt, trial } of begun) {
    if (ledger.attempts.has(attempt) || !ledger.trials.has(trial)) continue;
    if ([...names].some((name) => wasLeased(ledger, attempt, name, trial)))
      turn.record({ kind: 'adopted', at: now, attempt, host: host.name, trial });
    else madeUp += 1;
    if (madeUp > mostMadeUp) return;
  }
}

const committedLinesOf = (state: CoordinatorState, host: FleetHost): Record<string, number> =>
  Object.fromEntries(openThere(state, host).map((id) => [id, state.committedLines.get(id) ?? 0]));

/**
 * What the ledger has open there and the host does not hold: a lease that never arrived goes back into the queue; what
 * had started and is not even known any more is lost.
 */
function requeueForgotten(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  held: ReadonlySet<AttemptId>,
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

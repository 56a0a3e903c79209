import type { CoordinatorEvent, Instruction } from '../core/events.ts';
import { checkpointCarried } from '../core/checkpoints.ts';
import { carryOut } from '../core/carry-out.ts';
import { takeInventory } from '../core/inventory.ts';
import { planTurn } from './plan-turn.ts';
import { connected, disconnected, givenUp, received } from '../core/hosts.ts';
import { hurry } from '../core/hurry.ts';
import { passTime } from '../core/awake.ts';
import { connectionOf, type LaunchState } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { CoordinatorTurn } from '../core/turn.ts';
import { foundTwin } from '../core/twins.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';

/**
 * The coordinator, whole: what it decides when something happens. `state` is spent. `now` is the wall clock in ms.
 */
export function transition(
  state: CoordinatorState,
  event: CoordinatorEvent,
  now: number,
): [CoordinatorState, readonly Instruction[]] {
  const turn = new CoordinatorTurn(state.ledger);
  switch (event.kind) {
    case 'host-connected':
      connected(state, event.host, event);
      break;
    case 'host-outlived':
      raiseTerm(state, turn, event, now);
      break;
    case 'host-message':
      received(state, turn, event.host, event.message, now);
      break;
    case 'host-disconnected':
      disconnected(state, event);
      break;
    case 'time-passed':
      passTime(state, event.sinceMs);
      hurry(state, turn);
      break;
    case 'host-given-up':
      givenUp(state, event.host, event.because);
      break;
    case 'host-is-twin':
      foundTwin(state, turn, event);
      break;
    case 'host-progress':
      noteProgress(state, event.host, event.doing);
      break;
    case 'launch-ready':
      noteLaunch(state, event.host, event.launch, { kind: 'ready', note: null });
      break;
    case 'launch-noted':
      noteLaunch(state, event.host, event.launch, { kind: 'ready', note: event.note });
      break;
    case 'launch-refused':
      noteLaunch(state, event.host, event.launch, {
        kind: 'refused',
        problem: event.problem,
        logTail: event.logTail,
        atMs: state.awakeMs,
      });
      break;
    case 'artifact-fetched':
      if (isAwaited(state, event.attempt, event.path))
        turn.record({ kind: 'artifacts-fetched', at: now, attempt: event.attempt, paths: [event.path] });
      break;
    case 'artifact-gone':
      if (isAwaited(state, event.attempt, event.path)) turn.record({ ...event, at: now });
      break;
    case 'checkpoint-carried':
      checkpointCarried(state, event);
      break;
    case 'inventory-changed':
      takeInventory(state, turn, event.hosts);
      break;
    case 'inventory-refused':
      state.inventoryProblem = event.problem;
      break;
    case 'asked':
      carryOut(state, turn, event.command, event.by, now);
      break;
    case 'plan':
      planTurn(state, turn, now);
      break;
    default:
      event satisfies never;
  }
  return [state, turn.instructions()];
}

/**
 * This ledger was restored, or copied before the term that the host knows. It goes on in a later one: what was leased
 * meanwhile is adopted, and whoever else goes on with a copy is turned away.
 */
function raiseTerm(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  { host, term, nonce }: Extract<CoordinatorEvent, { kind: 'host-outlived' }>,
  now: number,
): void {
  if (term >= state.ledger.term) turn.record({ kind: 'term-raised', at: now, term: term + 1, nonce, host });
}

const isAwaited = (state: CoordinatorState, attempt: AttemptId, path: string): boolean =>
  state.ledger.awaited.get(attempt)?.has(path) === true;

function noteProgress(state: CoordinatorState, name: HostName, doing: string): void {
  const host = state.fleet.get(name);
  if (host !== undefined && 'doing' in host.link) host.link.doing = doing;
}

function noteLaunch(state: CoordinatorState, name: HostName, launch: string, outcome: LaunchState): void {
  const host = state.fleet.get(name);
  // A cut in between forgot what was prepared: the next connection asks again.
  const connection = host === undefined ? null : connectionOf(host.link);
  if (!connection?.launches.has(launch)) return;
  connection.launches.set(launch, outcome);
  connection.doing = null;
}

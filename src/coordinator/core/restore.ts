import { fold } from '../../ledger/fold.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import { emptyLedger, type LedgerState } from '../../ledger/state.ts';
import { isPresumedLost } from '../../ledger/trials.ts';
import type { AttemptId } from '../../model/ids.ts';
import { noMemories } from '../../predict/memory.ts';
import { knowCheckpoint } from './checkpoints.ts';
import { learn } from './learn.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { isVisited } from './visits.ts';

/** The state of a coordinator that begins its term: the ledger's events and the inventory's hosts, nothing else. */
export function restore(
  events: Iterable<LedgerEvent>,
  hosts: readonly FleetHost[],
  committedLines: ReadonlyMap<AttemptId, number>,
): CoordinatorState {
  let ledger = emptyLedger();
  for (const event of events) ledger = fold(ledger, event);
  return takeUp(ledger, hosts, committedLines);
}

/** @param ledger what its events amount to; spent */
export function takeUp(
  ledger: LedgerState,
  hosts: readonly FleetHost[],
  committedLines: ReadonlyMap<AttemptId, number>,
): CoordinatorState {
  const state: CoordinatorState = {
    ledger,
    fleet: new Map(hosts.map((host) => [host.name, host])),
    learned: 0,
    durations: new Map(),
    busyShares: new Map(),
    memories: { gpu: noMemories(), host: noMemories() },
    committedLines: new Map(),
    unacknowledged: new Map(),
    firstFailures: new Map(),
    ready: new Map(),
    carries: new Map(),
    asked: new Map(),
    awakeMs: 0,
    toldExpectationsAtMs: 0,
    runsSince: new Map(),
    inventoryProblem: null,
  };
  for (const attempt of ledger.attempts.values())
    if (attempt.status.kind === 'ended' && !isPresumedLost(attempt)) {
      learn(state, attempt, attempt.status.end);
      knowCheckpoint(state, attempt);
    } else state.committedLines.set(attempt.id, committedLines.get(attempt.id) ?? 0);
  for (const host of state.fleet.values())
    if (host.link.kind === 'connecting' && !isVisited(state, host)) host.link = { kind: 'left' };
  return state;
}

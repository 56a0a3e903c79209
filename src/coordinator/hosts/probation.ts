/** Hosts that are left out, and come back by themselves: one trial at a time, after a pause that grows. */
import type { HostRecord, Sweep } from '../../ledger/state.ts';
import { inRow } from './streak-test.ts';
import { isDue } from './use.ts';
import type { FleetHost } from './fleet-host.ts';
import { pauseMsAfter } from './pauses.ts';
import { hasFoundNoRoom } from './want-of-room.ts';
import type { CoordinatorState } from './state.ts';
import { caseAgainst } from './suspicion.ts';

/** A trial that has run for so long does not fail at once. */
const tellingMs = 10_000;

const undecided =
  'its last trials all failed: it gets one at a time until one succeeds there, or other hosts show whose fault it is';

/** It is left out, or failed when it was tried again. */
export function lapse(state: CoordinatorState, { doubt }: FleetHost): void {
  doubt.lapses += 1;
  doubt.dueAtMs = state.awakeMs + pauseMsAfter(doubt.lapses);
}

/** What a person mends is not held against the host any more. */
export function forgetLapses({ doubt }: FleetHost): void {
  doubt.lapses = 0;
  doubt.dueAtMs = null;
}

/** Why nothing more is leased to a host for what happened there; null where it may be. */
export function leftOut(state: CoordinatorState, host: FleetHost): string | null {
  const quarantine = state.ledger.hosts.get(host.name)?.quarantine ?? null;
  if (isDue(state, host)) return null;
  if (quarantine !== null) return quarantine;
  return caseAgainst(state, host) === null ? null : undecided;
}

/**
 * How many trials of one sweep a host may hold. One on probation shows that it works with one trial of whichever. One of
 * which nothing is known gets as many as tell: should it fail them at once, no more are gone than that.
 *
 * @param others attempts of other sweeps that it holds
 */
export function mostOpen(
  state: CoordinatorState,
  host: FleetHost,
  { name: sweep, declaration: { launch } }: Pick<Sweep, 'name' | 'declaration'>,
  others: number,
): number {
  const record = state.ledger.hosts.get(host.name);
  if (record?.quarantine != null || (isDue(state, host) && caseAgainst(state, host) !== null))
    return 1 - others;
  if (hasFoundNoRoom(host, sweep)) return 1;
  const standing = record?.standings.get(launch);
  if ((standing?.succeeded ?? 0) > 0 || hasRunLong(state, record, launch)) return Number.POSITIVE_INFINITY;
  return Math.max(1, inRow - (standing?.streak.length ?? 0));
}

function hasRunLong(state: CoordinatorState, record: HostRecord | undefined, launch: string): boolean {
  for (const id of record?.open ?? []) {
    const since = state.runsSince.get(id);
    if (since === undefined || state.awakeMs - since < tellingMs) continue;
    if (state.ledger.attempts.get(id)?.launch === launch) return true;
  }
  return false;
}

/**
 * Sweeps and trials that found a disk full on a host which is not labsweep's own: what writes elsewhere fares well there, so
 * the host is held to nothing. Each is tried again by itself, since somebody may make room at any time, after a pause that grows.
 */
import type { Attempt } from '../../ledger/state.ts';
import type { SweepName, TrialId } from '../../model/ids.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { FleetHost } from './fleet-host.ts';
import { type Connection, connectionOf, type WithoutRoom } from './link.ts';
import { mostCharges, pauseMsAfter } from './pauses.ts';

/** A trial waits from its first time on; the rest of its sweep once it is clear that it is not that trial alone. */
export function noteNoRoom(
  { withoutRoom }: Connection,
  { trial, sweep }: Attempt,
  because: string,
  awakeMs: number,
): void {
  const noted = (id: SweepName | TrialId, free: number): void => {
    const before = withoutRoom.get(id);
    // What ran at the same time met the same disk.
    if (before !== undefined && awakeMs < before.dueAtMs) return;
    const times = (before?.times ?? 0) + 1;
    const pauseMs = times <= free ? 0 : pauseMsAfter(times - free);
    withoutRoom.set(id, { times, dueAtMs: awakeMs + pauseMs, because });
  };
  noted(trial, 0);
  noted(sweep, mostCharges - 1);
}

export function foundRoom({ withoutRoom }: Connection, { trial, sweep }: Attempt): void {
  withoutRoom.delete(trial);
  withoutRoom.delete(sweep);
}

/** Whether so many of its trials have that one shows whether there is room again. */
export const hasFoundNoRoom = ({ link }: FleetHost, sweep: SweepName): boolean =>
  (connectionOf(link)?.withoutRoom.get(sweep)?.times ?? 0) >= mostCharges;

/** What it waits for; null where it does not, or its time has come. */
export function wantOfRoom(host: FleetHost, id: SweepName | TrialId, awakeMs: number): WithoutRoom | null {
  const found = connectionOf(host.link)?.withoutRoom.get(id);
  return found === undefined || awakeMs >= found.dueAtMs ? null : found;
}

export const noRoom = (
  of: Extract<Refusal, { kind: 'no-room' }>['of'],
  { because }: WithoutRoom,
): Refusal => ({
  kind: 'no-room',
  of,
  because,
});

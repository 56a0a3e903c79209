/** What a host has to do: all of it, or what comes before one trial more of a sweep. */
import type { PointDeclaration } from '../../ledger/events.ts';
import type { OpenWork } from '../../ledger/state.ts';
import type { SweepName } from '../../model/ids.ts';
import { workOf } from '../../model/work.ts';
import type { Waiting } from './backlog.ts';
import { type Lane, secondsIn, shareIn } from './lane.ts';
import { Places } from './places.ts';

/** Attempts of a backlog that are looked at one by one. */
const lookAhead = 128;

export interface Burden {
  /** Attempts. */
  open: number;
  readonly places: Places;
}

/** A trial that runs there, or that the plan gives it. */
export interface Occupant {
  readonly sweep: SweepName;
  readonly device: string;
  /** Until it has ended; and its share of a place. */
  readonly seconds: number;
  readonly share: number;
  readonly work: number;
}

/** What a host holds. */
export interface Held {
  readonly running: readonly Occupant[];
  /** The longest at the end. */
  readonly waiting: readonly Waiting[];
  /** What these amount to. */
  readonly work: ReadonlyMap<SweepName, OpenWork>;
  readonly given: readonly Occupant[];
  readonly lanes: ReadonlyMap<SweepName, Lane>;
  /** How many run there at once, and for how long it lets nothing start. */
  readonly count: number;
  readonly blockedSeconds: number;
}

/** @param goesBefore of which sweeps what waits counts; what runs does in any case */
export function burdenOf(held: Held, goesBefore: (sweep: SweepName) => boolean): Burden {
  const places = new Places(held.count, held.blockedSeconds);
  for (const { device, seconds, share } of held.running) places.occupy(device, seconds, share);
  addWaiting(held, goesBefore, places);
  let open = 0;
  for (const [sweep, { attempts }] of held.work) if (goesBefore(sweep)) open += attempts;
  for (const { sweep } of held.running) if (!goesBefore(sweep)) open += 1;
  for (const { sweep, seconds, share } of held.given) {
    if (!goesBefore(sweep)) continue;
    open += 1;
    places.add(seconds, share);
  }
  return { open, places };
}

/** The longest first, as they start. A long backlog counts as what that part amounts to, times how much more work it is. */
function addWaiting(
  { running, waiting, work: all, lanes, count }: Held,
  goesBefore: (sweep: SweepName) => boolean,
  places: Places,
): void {
  let [work, load, looked] = [0, 0, 0];
  let place = waiting.length - 1;
  for (; place >= 0 && looked < lookAhead; place -= 1) {
    const one = waiting[place];
    if (one === undefined || !goesBefore(one.attempt.sweep)) continue;
    looked += 1;
    const lane = lanes.get(one.attempt.sweep);
    if (lane === undefined) continue;
    const [seconds, share] = [secondsIn(lane, one.attempt.point), shareOf(count, lane, one.attempt.point)];
    work += workOf(one.attempt.point);
    load += seconds * share;
    places.add(seconds, share);
  }
  if (place < 0 || work === 0) return;
  let rest = -work;
  for (const [sweep, open] of all) if (goesBefore(sweep)) rest += open.work;
  for (const one of running) if (goesBefore(one.sweep)) rest -= one.work;
  places.spread((load * Math.max(0, rest)) / work);
}

/** In places of the host, which are those of the sweep of which fewest run at once there. */
export const shareOf = (count: number, lane: Lane, point: PointDeclaration): number =>
  (shareIn(lane, point) * count) / lane.parallel;

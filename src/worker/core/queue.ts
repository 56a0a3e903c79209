/**
 * In which order attempts of a ledger start: the most urgent first; of equal sweeps the one that had least of late; of each
 * the longest first.
 */
import type { Lease } from '../../protocol/messages.ts';
import { compareTurns } from '../../throttle/turns.ts';
import type { LedgerSide } from './ledger-side.ts';
import type { WorkerState } from './state.ts';

/** What waits of one sweep, between two that run alone. */
export interface SweepQueue {
  readonly sweep: string;
  readonly ids: readonly string[];
  /** Those before this place wait no more, and are not looked at again: thousands may have begun since it was put in order. */
  first: number;
}

/** Those of one priority, one after the other: what runs alone is a part of its own, and keeps its place. */
export type QueuePart = readonly SweepQueue[];

export function* queueOf(state: WorkerState, side: LedgerSide): Generator<string> {
  side.queue ??= partsOf(state, side);
  for (const part of side.queue)
    for (const queue of part.length < 2 ? part : inTurn(state, side, part)) yield* waitingIn(queue, side);
}

/** Some began or were taken back since. */
function* waitingIn(queue: SweepQueue, { waiting }: LedgerSide): Generator<string> {
  while (queue.first < queue.ids.length && !waiting.has(queue.ids[queue.first] ?? '')) queue.first += 1;
  for (let place = queue.first; place < queue.ids.length; place += 1) {
    const id = queue.ids[place];
    if (id !== undefined && waiting.has(id)) yield id;
  }
}

/** The first that waits; null where nothing does. */
export function headOf(state: WorkerState, side: LedgerSide): string | null {
  for (const id of queueOf(state, side)) return id;
  return null;
}

/** For whom it was leased; leases of before do not say, but what runs them. */
export const sweepOf = ({ sweep, launch }: Pick<Lease, 'sweep' | 'launch'>): string => sweep ?? launch;

/** By which a sweep of any ledger is known. */
export const sweepKey = (ledger: string, sweep: string): string => `${ledger} ${sweep}`;

/** Of those that had about as much of late, the one that was served longest ago. */
const inTurn = ({ use }: WorkerState, { ledger, served }: LedgerSide, part: QueuePart): QueuePart =>
  [...part].sort(
    (one, other) =>
      compareTurns(use.sweeps, sweepKey(ledger, one.sweep), sweepKey(ledger, other.sweep)) ||
      (served.get(one.sweep) ?? 0) - (served.get(other.sweep) ?? 0),
  );

/** Longest processing time first (Graham 1969): what is left for the end is short, and spreads evenly. */
function partsOf({ attempts }: WorkerState, { waiting, expected }: LedgerSide): readonly QueuePart[] {
  const byPriority = new Map<number, Map<string, Waiting[]>[]>();
  for (const id of waiting) {
    const lease = attempts.get(id)?.lease;
    if (lease === undefined) continue;
    const parts = byPriority.get(lease.priority) ?? [];
    byPriority.set(lease.priority, parts);
    // What runs alone comes after those before it, and before those behind it.
    if (lease.alone || parts.length === 0) parts.push(new Map());
    const part = parts.at(-1) ?? new Map<string, Waiting[]>();
    const seconds = expected.get(lease.shape)?.seconds ?? lease.predictedSeconds ?? 0;
    const queue = part.get(sweepOf(lease)) ?? [];
    part.set(sweepOf(lease), queue);
    queue.push({ id, seconds });
    if (lease.alone) parts.push(new Map());
  }
  return [...byPriority]
    .sort(([one], [other]) => other - one)
    .flatMap(([, parts]) => parts.map((part) => [...part].map(([sweep, all]) => queueIn(sweep, all))));
}

interface Waiting {
  readonly id: string;
  readonly seconds: number;
}

const queueIn = (sweep: string, waiting: Waiting[]): SweepQueue => ({
  sweep,
  ids: waiting.sort((one, other) => other.seconds - one.seconds).map(({ id }) => id),
  first: 0,
});

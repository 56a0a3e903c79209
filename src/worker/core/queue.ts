/** In which order attempts of a ledger start: sweep after sweep as they were leased, of each the longest first. */
import type { LedgerSide, WorkerState } from './state.ts';

/** Longest processing time first (Graham 1969): what is left for the end is short, and spreads evenly. */
export function queueOf(state: WorkerState, side: LedgerSide): readonly string[] {
  side.queue ??= sorted(state, side);
  return side.queue;
}

/** Some that began or were taken back since may be in it still. */
function sorted({ attempts }: WorkerState, { waiting, expected }: LedgerSide): readonly string[] {
  const turns = new Map<string, number>();
  let next = 0;
  const keys = [...waiting].flatMap((id) => {
    const lease = attempts.get(id)?.lease;
    if (lease === undefined) return [];
    // What runs alone keeps its place: it comes after those before it, and before those behind it.
    if (lease.alone) turns.clear();
    const turn = turns.get(lease.launch) ?? (next += 1);
    if (!lease.alone) turns.set(lease.launch, turn);
    const seconds = expected.get(lease.shape)?.seconds ?? lease.predictedSeconds ?? 0;
    return [{ id, turn, seconds }];
  });
  return keys.sort((one, other) => one.turn - other.turn || other.seconds - one.seconds).map(({ id }) => id);
}

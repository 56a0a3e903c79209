/** In which order attempts of a ledger start: sweep after sweep as they were leased, of each the longest first. */
import type { LedgerSide, WorkerState } from './state.ts';

/** Longest processing time first (Graham 1969): what is left for the end is short, and spreads evenly. */
export function queueOf(state: WorkerState, side: LedgerSide): readonly string[] {
  side.queue ??= sorted(state, side);
  return side.queue;
}

/** Some that began or were taken back since may be in it still. */
function sorted({ attempts }: WorkerState, { waiting, expected }: LedgerSide): readonly string[] {
  const launches = new Map<string, number>();
  const keys = [...waiting].flatMap((id) => {
    const lease = attempts.get(id)?.lease;
    if (lease === undefined) return [];
    const turn = launches.get(lease.launch) ?? launches.size;
    launches.set(lease.launch, turn);
    const seconds = expected.get(lease.shape)?.seconds ?? lease.predictedSeconds ?? 0;
    return [{ id, turn, seconds }];
  });
  return keys.sort((one, other) => one.turn - other.turn || other.seconds - one.seconds).map(({ id }) => id);
}

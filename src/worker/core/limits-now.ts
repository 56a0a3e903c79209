import type { Limits } from '../../throttle/limits.ts';
import { strictest } from '../../throttle/strictest.ts';
import type { WorkerState } from './state.ts';

/**
 * The limits of this host: those of every ledger that has something to start or running here, or somebody who listens.
 * A ledger that is done with the host has no say any more.
 */
export function limitsNow({ ledgers, active }: WorkerState): Limits {
  const sides = [...ledgers.values()];
  const isOfOne = sides.length === 1;
  const running = isOfOne ? null : new Set([...active].map(({ ledger }) => ledger));
  return strictest(
    sides
      .filter(
        ({ ledger, writer, waiting }) =>
          isOfOne || writer !== null || waiting.size > 0 || running?.has(ledger) === true,
      )
      .map(({ limits }) => limits),
  );
}

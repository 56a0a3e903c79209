/** How hosts do at what they are given: what came to a good end there, and what failed. */
import type { AttemptEnd } from '../model/result/attempt-end.ts';
import type { TrialId } from '../model/ids.ts';
import { chargedTo, isResult } from '../model/result/outcome.ts';
import type { Attempt, HostRecord } from './state.ts';

/** Of the trials of one launch on one host, since a person trusted it. */
export interface Standing {
  /** Also those that diverged: their program went to its end there. */
  succeeded: number;
  failed: number;
  /** Trials that failed there since the last that succeeded, in the order of their ends. */
  streak: TrialId[];
}

const nothing = (): Standing => ({ succeeded: 0, failed: 0, streak: [] });

/** A start that failed is charged to its host directly; what ended for nobody's fault says nothing. */
export function noteStanding(
  { standings }: HostRecord,
  { launch, trial }: Attempt,
  { outcome }: AttemptEnd,
): void {
  const standing = standings.get(launch) ?? nothing();
  if (isResult(outcome.kind)) Object.assign(standing, { succeeded: standing.succeeded + 1, streak: [] });
  else if (chargedTo[outcome.kind] === 'trial') {
    standing.failed += 1;
    standing.streak.push(trial);
  } else return;
  standings.set(launch, standing);
}

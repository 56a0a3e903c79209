/** How long the trials of a sweep take on a host. */
import type { OpenWork, Sweep } from '../../ledger/state.ts';
import type { HostName } from '../../model/ids.ts';
import { type Durations, secondsPerWork } from '../../predict/duration.ts';

/** What a start costs beside the program: where trials take less, how long they take says nothing of a host. */
const startSeconds = 0.1;
/** Of a trial of which nothing is known. */
const unknownSeconds = 60;
/** Once one has run so long, it is known that they take at least as long, and that they do not fail at once. */
const tellingSeconds = 10;

export interface Pace {
  /** Seconds for each trial, and for each unit of its work (model/work.ts). */
  readonly perTrial: number;
  readonly perWork: number;
  /** Whether this is more than a guess. */
  readonly isPredicted: boolean;
}

/** @param ranSeconds how long the first trials of this launch run already, where none of it has ended */
export function paceOf(durations: Durations, sweep: Sweep, host: HostName, ranSeconds: number): Pace {
  const perWork = secondsPerWork(durations, sweep.declaration.launch, host);
  return perWork === null
    ? {
        perTrial: Math.max(unknownSeconds, ranSeconds),
        perWork: 0,
        isPredicted: ranSeconds >= tellingSeconds,
      }
    : { perTrial: startSeconds, perWork, isPredicted: true };
}

export const secondsOf = ({ perTrial, perWork }: Pace, { attempts, work }: OpenWork): number =>
  attempts * perTrial + work * perWork;

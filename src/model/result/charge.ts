import type { AttemptEnd } from './attempt-end.ts';
import { isOwnDisk } from './disk-use.ts';
import { chargeOf } from './outcome.ts';

/** Whether labsweep's own disk had room, so that it was another one which the program writes to: other programs fare well. */
export const wantedAnotherDisk = ({ outcome, disk }: Pick<AttemptEnd, 'outcome' | 'disk'>): boolean =>
  outcome.kind === 'no-space' && disk != null && !isOwnDisk(disk);

/** Who is to blame for an end, and so what it costs. */
export const chargeOfEnd = (end: Pick<AttemptEnd, 'outcome' | 'disk'>): ReturnType<typeof chargeOf> =>
  wantedAnotherDisk(end) ? 'launch' : chargeOf(end.outcome);

import type { AttemptEnd } from './attempt-end.ts';
import { isOwnDisk } from './disk-use.ts';
import { chargeOf } from './outcome.ts';

/** Who is to blame for an end, and so what it costs. Where labsweep's own disk had room, what writes to another one fares well. */
export function chargeOfEnd({
  outcome,
  disk,
}: Pick<AttemptEnd, 'outcome' | 'disk'>): ReturnType<typeof chargeOf> {
  const wantedAnotherDisk = outcome.kind === 'no-space' && disk != null && !isOwnDisk(disk);
  return wantedAnotherDisk ? 'launch' : chargeOf(outcome);
}

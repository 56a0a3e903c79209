/** What of a sweep waits though nobody asked for it: hosts have nothing to do with that. Pure. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import type { Sweep, Trial } from '../ledger/state.ts';
import { countsOf, isPartOf } from '../ledger/sweeps.ts';

type Live = Pick<LiveFigures, 'sweeps'> | null;

/** Whether the coordinator that runs was asked for any of it; so may the next one be, where none runs. */
export const isAskedFor = ({ name }: Sweep, live: Live): boolean => saidOf(name, live)?.asked !== false;

/** Trials of it that wait and that nobody asked for, where smaller runs are all that was asked for. */
export function notAskedOf(sweep: Sweep, live: Live): number {
  if (sweep.status.kind !== 'open') return 0;
  const waiting = saidOf(sweep.name, live)?.waiting ?? null;
  return sweep.counts.queued - (waiting?.length ?? countsOf(sweep, sweep.part).queued);
}

/** Why a trial of it is leased to no host, as far as it is nobody's wish; null where it is somebody's. */
export function notAskedText(sweep: Sweep, trial: Trial, live: Live): string | null {
  if (!isAskedFor(sweep, live)) return notAskedSweepText(sweep);
  const waiting = saidOf(sweep.name, live)?.waiting ?? null;
  const isMeant = waiting?.includes(trial.id) ?? isPartOf(sweep.part, trial.id);
  return isMeant ? null : notAskedPartText(sweep);
}

export const notAskedSweepText = ({ name }: Sweep): string =>
  `not asked for: \`labsweep resume ${name}\` goes on with it`;

export const notAskedPartText = ({ declaration }: Sweep): string =>
  `not asked for: a smaller run left it out; \`labsweep run ${declaration.path}\` runs all of the sweep`;

const saidOf = (name: string, live: Live): LiveFigures['sweeps'][number] | undefined =>
  live?.sweeps.find(({ sweep }) => sweep === name);

/** An attempt whose processes are watched, and what is read of it while they run. */
import type { Launch } from '../../model/launch.ts';
import type { DiskSeen } from '../../model/result/disk-use.ts';
import type { Offsets } from '../core/journal-record.ts';
import type { ProcessIdentity } from '../core/held-attempt.ts';
import type { RunFolder } from '../spool/host-folder.ts';
import { isLogLong, shortenLog, type TakeTo, takeOf } from './live-lines.ts';
import { MetricsSources } from './metrics-sources.ts';
import type { Sessions } from './session.ts';

export interface Watched {
  readonly attempt: string;
  readonly trial: string;
  readonly process: ProcessIdentity;
  readonly run: RunFolder;
  readonly launch: Launch;
  readonly offsets: Offsets;
  readonly startedAt: number;
  /** The launcher is its parent and tells of its end; else it has to be looked after. */
  readonly isChild: boolean;
  /** Null until a look: most short trials are read once, at their end. */
  sources: MetricsSources | null;
  /** It was told to stand still. */
  isSuspended: boolean;
  /** What was free of the disk when it began; null where another agent saw that. */
  readonly beganBytes: number | null;
  /** Nothing was left of the disk when it ended. */
  endedOnFullDisk: boolean;
  /** What it had written by then; null before it is asked for. */
  disk: DiskSeen | null;
}

/** One that runs, and has not been looked at. */
export const watch = (
  running: Omit<Watched, 'sources' | 'isSuspended' | 'endedOnFullDisk' | 'disk'>,
): Watched => ({
  ...running,
  sources: null,
  isSuspended: false,
  endedOnFullDisk: false,
  disk: null,
});

/** Reads the metrics lines that came, and shortens a log that has grown too long. */
export function readLive(watched: Watched, sessions: Sessions, to: TakeTo): void {
  const { attempt, launch, run, process } = watched;
  watched.sources ??= new MetricsSources(run, launch, watched.offsets);
  const { sources } = watched;
  try {
    const take = takeOf(attempt, launch, sources, to);
    take(sources.read(false));
    if (isLogLong(run.log))
      sessions.whileStopped(attempt, process.pid, !watched.isSuspended, () =>
        shortenLog(run.log, sources, take),
      );
  } catch {
    // A file that cannot be read now is read with the next look, or when the trial ends.
  }
}

/** Metrics lines of a trial that runs: as they are kept, and before the log that they stand in is cut. */
import { statSync } from 'node:fs';
import type { Launch } from '../../model/launch.ts';
import type { MetricsLine } from '../../model/result/metrics.ts';
import type { WorkerEvent } from '../core/event.ts';
import type { Batch } from '../core/kept-lines.ts';
import type { AttemptSecrets } from '../secrets/attempt-secrets.ts';
import { cutLog, longestLogBytes } from '../spool/log-file.ts';
import { keptForm } from './kept-form.ts';
import type { MetricsSources } from './metrics-sources.ts';

/** Takes what a look has found. */
export type Take = (batch: Batch) => void;

/** Where it goes, without the values of secrets. */
export interface TakeTo {
  readonly post: (event: WorkerEvent) => void;
  readonly secrets: AttemptSecrets;
}

export function takeOf(attempt: string, { objective }: Launch, sources: MetricsSources, to: TakeTo): Take {
  return ({ lines, standing }) => {
    if (lines.length === 0 && standing === null) return;
    const redaction = to.secrets.of(attempt);
    const asKept = (line: MetricsLine): MetricsLine => keptForm(line, redaction, objective.metric);
    const kept = { lines: lines.map(asKept), standing: standing?.map(asKept) ?? null };
    to.post({ kind: 'lines', attempt, ...kept, offsets: sources.offsets });
  };
}

/** Of a log that is read for metrics, what is read at once before its middle is cut out. */
const mostLooks = 64;

export const isLogLong = (log: string): boolean => sizeOf(log) > longestLogBytes;

/** Only what was read is cut out: what comes faster goes on into a longer log. Nothing may write to it meanwhile. */
export function shortenLog(log: string, sources: MetricsSources, take: Take): void {
  for (let look = 0; sources.isLogFarBehind && look < mostLooks; look += 1) take(sources.read(false));
  if (sources.isLogFarBehind) return;
  take(sources.read(false));
  sources.logCut(sizeOf(log), cutLog(log));
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** The words that the live view and the plain lines share. */
import { formatDuration } from '../model/duration.ts';
import type { Best } from '../results/best.ts';
import { numberText } from '../results/metric-text.ts';
import type { RunView } from './run-view.ts';

export const etaText = (etaSeconds: number): string =>
  etaSeconds < 1 ? 'about done' : `about ${wholeSeconds(etaSeconds * 1000)} left`;

/** The tenths of a moving clock only flicker. */
export function wholeSeconds(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  return seconds === 0 ? '0 s' : formatDuration(seconds * 1000);
}

/** `84 succeeded, 4 running, 50 waiting, 2 failed`: what is waiting here or in a host's backlog is one to a person. */
export function countsText({ counts, notAsked }: Pick<RunView, 'counts' | 'notAsked'>): string {
  const shown: [number, string][] = [
    [counts.succeeded, 'succeeded'],
    [counts.running, 'running'],
    [counts.queued + counts.leased, 'waiting'],
    [counts.diverged, 'diverged'],
    [counts.failed, 'failed'],
    [counts.cancelled, 'cancelled'],
    [notAsked, 'not asked for'],
  ];
  return shown.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : [])).join(', ') || 'no trials';
}

/** Four digits that count. */
export const figure = (value: number): string => String(Number(numberText(value)));

/** The point that leads: as long as no point has all its replicates, by those that are done. */
export const bestLabel = ({ label, done, declared }: Best): string =>
  done === declared ? label : `${label}, so far ${done} of ${declared} replicates`;

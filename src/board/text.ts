/** The words that the live view and the plain lines share. */
import { formatDuration } from '../model/duration.ts';
import type { Eta } from '../model/eta.ts';
import type { Best } from '../results/best.ts';
import { numberText } from '../results/metric-text.ts';
import type { RunView } from './run-view.ts';

/** `about 2 h 10 min left (1 h 40 min to 2 h 50 min)`. */
export function etaText(eta: Eta): string {
  if (eta.overdue) return `runs longer than expected, maybe up to ${roundedText(eta.high, Math.ceil)} more`;
  return spanText(eta, ' left');
}

/** Likewise, of what has not begun. */
export const takesText = (eta: Eta): string => spanText(eta, '');

function spanText({ seconds, low, high }: Eta, word: string): string {
  if (high < 1) return `under 1 s${word}`;
  const about = roundedText(seconds, Math.round);
  const [from, to] = [roundedText(low, Math.floor), roundedText(high, Math.ceil)];
  return from === to ? `about ${about}${word}` : `about ${about}${word} (${from} to ${to})`;
}

/** What is not known to the second is not said to the second. */
const steps = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600] as const;
const finest = 0.06;

function roundedText(seconds: number, round: (steps: number) => number): string {
  const step = steps.findLast((one) => one <= seconds * finest) ?? 1;
  return wholeSeconds(round(seconds / step) * step * 1_000);
}

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

/** That the first point is not alone, by groups/groups.ts. */
export const rivalsText = ({ rivals }: Pick<RunView, 'rivals'>): string[] =>
  rivals === null || rivals === 1 ? [] : [`${rivals} points may be the best`];

/** The point that leads: as long as no point has all its replicates, by those that are done. */
export const bestLabel = ({ label, done, declared }: Best): string =>
  done === declared ? label : `${label}, so far ${done} of ${declared} replicates`;

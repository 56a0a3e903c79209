/** Which metrics lines of a trial are kept: the first, the best and the last, and as many between as are useful. */
import { isBetter, type MetricsLine, metricOf, type Objective } from '../../model/metrics.ts';
import type { Offsets } from './journal-record.ts';

/** A line a second is kept, so that a program that reports each step does not fill the ledger … */
const linesPerSecond = 1;
/** … but a short trial's whole curve is. */
const burst = 60;
const mostLines = 10_000;
/** Of those, the last two places are the best line's and the last one's. */
const reserved = 2;

export interface KeptLines {
  readonly lines: MetricsLine[];
  /** Lines that were thinned out and are kept at the end unless better ones come. */
  pendingBest: MetricsLine | null;
  pendingLast: MetricsLine | null;
  /** Of all lines, kept or not: the best of the objective, and the one that marked itself `final`. */
  best: MetricsLine | null;
  final: MetricsLine | null;
  last: MetricsLine | null;
  /** How many there were, kept or not. */
  read: number;
  offsets: Offsets;
}

export const noLines = (): KeptLines => ({
  lines: [],
  pendingBest: null,
  pendingLast: null,
  best: null,
  final: null,
  last: null,
  read: 0,
  offsets: { report: 0, log: 0, csv: 0 },
});

/** What a batch of lines adds to those kept, and what of it may yet be added. */
export interface Thinned {
  readonly lines: MetricsLine[];
  readonly pending: MetricsLine[];
  /** How many lines that was chosen from; null in a journal that does not say. */
  readonly read: number | null;
}

/**
 * Chooses from `batch`, which came when the trial had run for `ranMs`. Changes nothing: `keep` does, from the record.
 */
export function thin(
  kept: KeptLines,
  batch: readonly MetricsLine[],
  objective: Objective,
  ranMs: number,
): Thinned {
  const allowed = Math.min(mostLines - reserved, burst + Math.floor((ranMs / 1000) * linesPerSecond));
  const lines: MetricsLine[] = [];
  let { pendingBest, pendingLast } = kept;
  let best = metricOf(kept.best, objective.metric);
  for (const line of batch) {
    const improves = isNewBest(line, best, objective);
    if (improves) best = metricOf(line, objective.metric);
    const count = kept.lines.length + lines.length;
    if (count < allowed || (line['final'] === true && count < mostLines - reserved)) {
      // A thinned-out best stays before what came after it.
      if (pendingBest !== null && !improves) lines.push(pendingBest);
      lines.push(line);
      pendingBest = null;
      pendingLast = null;
    } else {
      if (improves) pendingBest = line;
      pendingLast = line;
    }
  }
  return { lines, pending: inOrder(pendingBest, pendingLast), read: batch.length };
}

/** The lines that are still to be kept when a trial is over. */
export const leftOver = (kept: KeptLines): MetricsLine[] => inOrder(kept.pendingBest, kept.pendingLast);

const inOrder = (best: MetricsLine | null, last: MetricsLine | null): MetricsLine[] => {
  if (best === last) return last === null ? [] : [last];
  return [best, last].filter((line) => line !== null);
};

/** Takes the lines of a record over: live and after a restart alike. */
export function keep(kept: KeptLines, added: Thinned, objective: Objective, offsets: Offsets): void {
  kept.lines.push(...added.lines);
  kept.read += added.read ?? added.lines.length;
  for (const line of [...added.lines, ...added.pending]) note(kept, line, objective);
  const [first, second] = added.pending;
  kept.pendingLast = second ?? first ?? null;
  kept.pendingBest = first !== undefined && (second !== undefined || first === kept.best) ? first : null;
  kept.offsets = offsets;
}

function note(kept: KeptLines, line: MetricsLine, objective: Objective): void {
  if (isNewBest(line, metricOf(kept.best, objective.metric), objective)) kept.best = line;
  if (line['final'] === true) kept.final = line;
  kept.last = line;
}

/**
 * Of equals the earliest, but for the final line: a program that says its best figures again there adds what it
 * measured once it was through (P7: test figures beside them).
 */
function isNewBest(line: MetricsLine, best: number | null, objective: Objective): boolean {
  const value = metricOf(line, objective.metric);
  if (value === null) return false;
  return isBetter(objective, value, best) || (line['final'] === true && value === best);
}

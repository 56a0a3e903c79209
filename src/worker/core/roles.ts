/** The lines of a trial that an end is told from, whatever else of them is kept. */
import { isBetter, type MetricsLine, metricOf, type Objective } from '../../model/metrics.ts';
import { own } from '../../model/own.ts';

export interface Roles {
  /** Of the objective. */
  readonly best: MetricsLine | null;
  /** The one that marked itself `final`. */
  readonly final: MetricsLine | null;
  /** The last in which something stands under the objective's name that is a figure, or was meant for one. */
  readonly result: MetricsLine | null;
  /** The last since the best in which a figure stands there that cannot be read: it might have been a better one. */
  readonly unread: MetricsLine | null;
  readonly last: MetricsLine | null;
}

export const noRoles: Roles = { best: null, final: null, result: null, unread: null, last: null };

/** What a line changes of them. */
export function cast(roles: Roles, line: MetricsLine, objective: Objective): Roles {
  const isBest = isNewBest(line, metricOf(roles.best, objective.metric), objective);
  const stands = standingOf(line, objective.metric);
  return {
    best: isBest ? line : roles.best,
    final: line['final'] === true ? line : roles.final,
    result: stands === 'number' || stands === 'figure' ? line : roles.result,
    unread: isBest ? null : stands === 'figure' ? line : roles.unread,
    last: line,
  };
}

/** The line that marked itself as the result, else the last with the objective, else the last. */
export const resultOf = ({ final, result, last }: Roles): MetricsLine | null => final ?? result ?? last;

/** The lines that have a role. */
export const linesOfRoles = (roles: Roles): ReadonlySet<MetricsLine> => new Set(inOrder(roles));

/** Lines that get these roles when they are cast one after the other: a line of several comes several times. */
export const inOrder = ({ best, unread, final, result, last }: Roles): MetricsLine[] =>
  [best, unread, final, result, last].filter((line) => line !== null);

/**
 * What stands under a metric's name: a number, or NaN and infinity; a text with digits, which was meant for a figure
 * (`1,234.5`); a word that says that there is none (`N/A`), or nothing.
 */
export function standingOf(line: MetricsLine, metric: string): 'number' | 'figure' | 'none' {
  const value = own(line, metric);
  if (typeof value === 'number') return 'number';
  if (typeof value !== 'string') return 'none';
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return 'number';
  return /\d/.test(value) ? 'figure' : 'none';
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

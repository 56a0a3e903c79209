/** The lines of a trial that an end is told from, whatever else of them is kept. */
import { isBetter, type MetricsLine, metricOf, type Objective } from '../../model/result/metrics.ts';
import { own } from '../../model/own.ts';
import { bestReading, saysNone } from '../../model/printed/unread-figure.ts';

export interface Roles {
  /** Of the objective. */
  readonly best: MetricsLine | null;
  /** The one that marked itself `final`. */
  readonly final: MetricsLine | null;
  /** The last in which something stands under the objective's name that is a figure, or was meant for one. */
  readonly result: MetricsLine | null;
  /** Of those in which a figure stands there that cannot be read, the one that may be best. */
  readonly unread: MetricsLine | null;
  /** The last since the result that says there is no figure: `N/A`. */
  readonly denied: MetricsLine | null;
  readonly last: MetricsLine | null;
}

export const noRoles: Roles = {
  best: null,
  final: null,
  result: null,
  unread: null,
  denied: null,
  last: null,
};

/** What a line changes of them. */
export function cast(roles: Roles, line: MetricsLine, objective: Objective): Roles {
  const isBest = isNewBest(line, metricOf(roles.best, objective.metric), objective);
  const stands = standingOf(line, objective.metric);
  return {
    best: isBest ? line : roles.best,
    final: line['final'] === true ? line : roles.final,
    result: isFigure(stands) ? line : roles.result,
    unread: stands === 'figure' && mayBeBetter(line, roles.unread, objective) ? line : roles.unread,
    denied: isFigure(stands) ? null : stands === 'denial' ? line : roles.denied,
    last: line,
  };
}

/** The line that marked itself as the result, else the last with the objective, else the last. */
export const resultOf = ({ final, result, last }: Roles): MetricsLine | null => final ?? result ?? last;

/** What stands under the objective's name in a line. */
type Standing = 'number' | 'figure' | 'denial' | 'none';

/** The lines that have a role. */
export const linesOfRoles = (roles: Roles): ReadonlySet<MetricsLine> => new Set(inOrder(roles));

/** Lines that get these roles when they are cast one after the other: a line of several comes several times. */
export const inOrder = ({ best, unread, final, result, denied, last }: Roles): MetricsLine[] =>
  [best, unread, final, result, denied, last].filter((line) => line !== null);

/**
 * What stands under a metric's name: a number, or NaN and infinity; a text with digits, which was meant for a figure
 * (`1,234.5`); a word that says that there is none (`N/A`), as
 * JSON's null does; or nothing of these, as an empty cell, a dash or `improved`.
 */
export function standingOf(line: MetricsLine, metric: string): Standing {
  const value = own(line, metric);
  if (typeof value === 'number') return 'number';
  if (value === null) return 'denial';
  if (typeof value !== 'string') return 'none';
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return 'number';
  if (/\p{Nd}/u.test(value)) return 'figure';
  return saysNone(value) ? 'denial' : 'none';
}

export const isFigure = (stands: Standing): boolean => stands === 'number' || stands === 'figure';

/** Whether the figure of one line, which cannot be read, may be better than that of another. */
export function mayBeBetter(line: MetricsLine, than: MetricsLine | null, objective: Objective): boolean {
  const hope = hopeOf(line, objective);
  return hope !== null && isBetter(objective, hope, hopeOf(than ?? {}, objective));
}

function hopeOf(line: MetricsLine, objective: Objective): number | null {
  const value = own(line, objective.metric);
  return typeof value === 'string'
    ? bestReading(value, objective)
    : value === undefined
      ? null
      : metricOf(line, objective.metric);
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

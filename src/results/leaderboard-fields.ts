/** The columns of a leaderboard as people read them. */
import { tellingParams } from '../model/grid/point-label.ts';
import { own } from '../model/own.ts';
import { isTestMetric } from '../model/result/metrics.ts';
import { cellText, isNumber } from '../model/value.ts';
import type { Leaderboard, Row } from './leaderboard.ts';
import { alignedCells, type MetricCell, metricCell } from './metric-text.ts';
import type { Column } from './text-table.ts';

export interface Field {
  readonly column: Column;
  /** A text for each row. */
  readonly cells: (rows: readonly Row[]) => string[];
}

export interface Fields {
  /** What no table of it goes without: rank, objective, replicates, and what tells the points apart. */
  readonly always: readonly Field[];
  readonly others: readonly Field[];
}

/** @param only columns by name, in place of the parameters that vary and all metrics; null: these */
export function fieldsOf(board: Leaderboard, only: readonly string[] | null): Fields {
  const hasGroups = board.rows.some(({ ranks, spreadsTooFar }) => ranks !== null || spreadsTooFar);
  const always = [
    field('#', 'right', ({ rank }) => String(rank)),
    ...(hasGroups ? [field('ranks', 'right', ranksText)] : []),
    metricField(board.objective.metric),
    field('n', 'right', replicatesText),
  ];
  return only === null
    ? { always: [...always, ...pointFields(board)], others: otherMetrics(board).map(metricField) }
    : { always, others: only.map((name) => namedField(board, name)) };
}

/** Where no heading divides the rows. */
export const sectionField: Field = {
  column: { head: 'section', align: 'left' },
  cells: (rows) => rows.map(({ section }) => section),
};

/** The texts of a table, a row each. */
export function cellsOf(fields: readonly Field[], rows: readonly Row[]): string[][] {
  const columns = fields.map(({ cells }) => cells(rows));
  return rows.map((_, row) => columns.map((column) => column[row] ?? ''));
}

const field = (head: string, align: Column['align'], cell: (row: Row) => string): Field => ({
  column: { head, align },
  cells: (rows) => rows.map(cell),
});

function pointFields(board: Leaderboard): Field[] {
  const points = [...board.rows, ...board.unranked];
  const hasCases = points.some(({ case: named }) => named !== null);
  const hasCounts = points.some(({ parameters }) => parameters !== null);
  return [
    ...tellingParams(points, board.axes).map((name) => paramField(board, name)),
    ...(hasCases ? [caseField] : []),
    ...(hasCounts ? [parametersField] : []),
  ];
}

function paramField({ rows, unranked }: Leaderboard, name: string): Field {
  const areNumbers = [...rows, ...unranked].every(({ params }) => isNumber(own(params, name)));
  return field(name, areNumbers ? 'right' : 'left', ({ params }) => cellText(own(params, name)));
}

const caseField = field('case', 'left', (row) => row.case ?? '');
const parametersField = field(
  'parameters',
  'right',
  ({ parameters }) => parameters?.toLocaleString('en') ?? '',
);

function namedField(board: Leaderboard, name: string): Field {
  const isParam = [...board.rows, ...board.unranked].some(({ params }) => own(params, name) !== undefined);
  if (isParam) return paramField(board, name);
  if (name === 'case') return caseField;
  return name === 'parameters' ? parametersField : metricField(name);
}

const metricField = (name: string): Field => ({
  column: { head: name, align: 'left' },
  cells: (rows) => alignedCells(rows.map((row) => cellOf(row, name))),
});

function cellOf({ metrics, notFinite, stoppedAt }: Row, name: string): MetricCell | null {
  const metric = own(metrics, name);
  if (metric === undefined) return null;
  const bad = own(notFinite, name) ?? 0;
  return metricCell(metric, bad > 0 ? `(${bad} NaN)` : stoppedAt === null ? '' : `(step ${stoppedAt})`);
}

/** Test figures first, since they are what is published; then in the order in which they are reported. */
export function otherMetrics(board: Leaderboard): string[] {
  const names = [...new Set(board.rows.flatMap(({ metrics }) => Object.keys(metrics)))];
  const others = names.filter((name) => name !== board.objective.metric);
  return others.sort((a, b) => Number(isTestMetric(b)) - Number(isTestMetric(a)));
}

/** `1–15`; its own rank alone where it can be told from all others. */
function ranksText({ ranks, spreadsTooFar }: Row): string {
  if (ranks === null) return spreadsTooFar ? '?' : '';
  const [first, last] = ranks;
  return first === last ? String(first) : `${first}–${last}`;
}

function replicatesText({ replicates: { done, declared }, givenUp, seedIgnored }: Row): string {
  const missing = givenUp > 0 ? `, ${givenUp} failed` : '';
  return `${done === declared ? done : `${done}/${declared}`}${missing}${seedIgnored ? '!' : ''}`;
}

/** The leaderboard as text: a table, and under it what it does and does not say. */
import { inLine } from '../model/printed/printable.ts';
import { isTestMetric } from '../model/result/metrics.ts';
import type { Leaderboard, Row } from './leaderboard.ts';
import { alignedCells, type MetricCell, metricCell } from './metric-text.ts';
import { lackingLines, tableNotes, unrankedLines } from './leaderboard-notes.ts';
import type { Section } from './sections.ts';
import { type Column, fittingColumns, tableLines } from './text-table.ts';
import { tellingParams } from '../model/grid/point-label.ts';
import { own } from '../model/own.ts';
import { cellText, isNumber } from '../model/value.ts';

/**
 * @param columns cells of a line; metrics that do not fit are left out and named
 * @param limit rows at most
 */
export function leaderboardLines(board: Leaderboard, columns: number, limit: number): string[] {
  const { objective } = board;
  const by = `${objective.metric} at ${objective.at === 'best' ? 'its best step' : 'the final step'}`;
  const heading = [
    `${board.sweep}: ${by}, ${objective.goal === 'maximize' ? 'highest' : 'lowest'} first`,
    ...(objective.selectOnTest
      ? [`SELECTED ON TEST DATA: ${objective.metric} is a test figure (selectOnTest)`]
      : []),
  ];
  if (board.rows.length === 0)
    return [...heading, 'No point has a result yet.', ...unrankedLines(board), ...lackingLines(board)].map(
      inLine,
    );
  const { table, notShown } = rankedTable(board, columns, limit);
  return [
    ...heading,
    '',
    ...table,
    '',
    ...tableNotes(board, limit, notShown),
    ...unrankedLines(board),
    ...lackingLines(board),
  ].map(inLine);
}

interface Field {
  readonly column: Column;
  /** A text for each row. */
  readonly cells: (rows: readonly Row[]) => string[];
}

function rankedTable(
  board: Leaderboard,
  width: number,
  limit: number,
): { table: string[]; notShown: readonly string[] } {
  const shown = board.rows.slice(0, limit);
  const others = otherMetrics(board);
  const hasGroups = board.rows.some(({ ranks, spreadsTooFar }) => ranks !== null || spreadsTooFar);
  const fields: Field[] = [
    field('#', 'right', ({ rank }) => String(rank)),
    ...(hasGroups ? [field('ranks', 'right', ranksText)] : []),
    metricField(board.objective.metric),
    field('n', 'right', replicatesText),
    ...pointFields(board),
    ...others.map(metricField),
  ];
  const columns = fields.map(({ cells }) => cells(shown));
  const cells = shown.map((_, row) => columns.map((column) => column[row] ?? ''));
  const heads = fields.map(({ column }) => column);
  const ours = fields.length - others.length;
  const fitting = Math.max(ours, fittingColumns(heads, cells, width));
  const [head = '', ...lines] = tableLines(
    heads.slice(0, fitting),
    cells.map((row) => row.slice(0, fitting)),
  );
  return { table: [head, ...inSections(shown, lines)], notShown: others.slice(fitting - ours) };
}

const headings: Readonly<Record<Exclude<Section, 'complete'>, string>> = {
  incomplete: 'Incomplete, replicates are missing:',
  paused: 'Stopped before the end, by the value at that step:',
  diverged: 'Diverged in a replicate (NaN or infinite), the smallest share first:',
};

/** Each section but the first has a heading, at which the ranking starts anew. */
const inSections = (rows: readonly Row[], lines: readonly string[]): string[] =>
  rows.flatMap(({ section }, index) => {
    const isFirst = section !== (index === 0 ? 'complete' : rows[index - 1]?.section);
    const line = lines[index] ?? '';
    return isFirst && section !== 'complete' ? [headings[section], line] : [line];
  });

const field = (head: string, align: Column['align'], cell: (row: Row) => string): Field => ({
  column: { head, align },
  cells: (rows) => rows.map(cell),
});

function pointFields(board: Leaderboard): Field[] {
  const points = [...board.rows, ...board.unranked];
  const hasCases = points.some(({ case: named }) => named !== null);
  const hasCounts = points.some(({ parameters }) => parameters !== null);
  return [
    ...tellingParams(points, board.axes).map((name) => {
      const areNumbers = points.every(({ params }) => isNumber(own(params, name)));
      return field(name, areNumbers ? 'right' : 'left', ({ params }) => cellText(own(params, name)));
    }),
    ...(hasCases ? [field('case', 'left', (row) => row.case ?? '')] : []),
    ...(hasCounts
      ? [field('parameters', 'right', ({ parameters }) => parameters?.toLocaleString('en') ?? '')]
      : []),
  ];
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
function otherMetrics(board: Leaderboard): string[] {
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

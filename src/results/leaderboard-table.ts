/** The leaderboard as text: a table, and under it what it does and does not say. */
import { inLine } from '../model/printable.ts';
import { isTestMetric } from '../model/metrics.ts';
import type { Leaderboard, Row } from './leaderboard.ts';
import { estimateText, metricFormat } from './metric-text.ts';
import { lackingLines, tableNotes, unrankedLines } from './leaderboard-notes.ts';
import { type Column, fittingColumns, tableLines } from './text-table.ts';
import { tellingParams } from '../model/point-label.ts';
import { own } from '../model/own.ts';

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
  readonly cell: (row: Row) => string;
}

function rankedTable(
  board: Leaderboard,
  width: number,
  limit: number,
): { table: string[]; notShown: readonly string[] } {
  const shown = board.rows.slice(0, limit);
  const others = otherMetrics(board);
  const fields: Field[] = [
    { column: { head: '#', align: 'right' }, cell: ({ rank }) => String(rank) },
    metricField(board.objective.metric, shown),
    { column: { head: 'n', align: 'right' }, cell: replicatesText },
    ...pointFields(board),
    ...others.map((name) => metricField(name, shown)),
  ];
  const cells = shown.map((row) => fields.map(({ cell }) => cell(row)));
  const heads = fields.map(({ column }) => column);
  const ours = fields.length - others.length;
  const fitting = Math.max(ours, fittingColumns(heads, cells, width));
  return {
    table: tableLines(
      heads.slice(0, fitting),
      cells.map((row) => row.slice(0, fitting)),
    ),
    notShown: others.slice(fitting - ours),
  };
}

function pointFields(board: Leaderboard): Field[] {
  const points = [...board.rows, ...board.unranked];
  const hasCases = points.some(({ case: named }) => named !== null);
  const hasCounts = points.some(({ parameters }) => parameters !== null);
  return [
    ...tellingParams(points, board.axes).map(
      (name): Field => ({
        column: {
          head: name,
          align: points.every(({ params }) => typeof own(params, name) === 'number') ? 'right' : 'left',
        },
        cell: ({ params }) => String(own(params, name) ?? ''),
      }),
    ),
    ...(hasCases
      ? [{ column: { head: 'case', align: 'left' }, cell: (row) => row.case ?? '' } satisfies Field]
      : []),
    ...(hasCounts
      ? [
          {
            column: { head: 'parameters', align: 'right' },
            cell: ({ parameters }) => parameters?.toLocaleString('en') ?? '',
          } satisfies Field,
        ]
      : []),
  ];
}

function metricField(name: string, rows: readonly Row[]): Field {
  const estimates = rows.flatMap(({ metrics }) => own(metrics, name) ?? []);
  const format = metricFormat(
    estimates.flatMap(({ mean, high }) => [mean, ...(high === null ? [] : [high - mean])]),
  );
  return {
    column: { head: name, align: 'left' },
    cell: ({ metrics }) => {
      const estimate = own(metrics, name);
      return estimate === undefined ? '' : estimateText(estimate, format);
    },
  };
}

/** Test figures first, since they are what is published; then in the order in which they are reported. */
function otherMetrics(board: Leaderboard): string[] {
  const names = [...new Set(board.rows.flatMap(({ metrics }) => Object.keys(metrics)))];
  const others = names.filter((name) => name !== board.objective.metric);
  return others.sort((a, b) => Number(isTestMetric(b)) - Number(isTestMetric(a)));
}

const replicatesText = ({ replicates: { done, declared }, seedIgnored }: Row): string =>
  `${done === declared ? done : `${done}/${declared}`}${seedIgnored ? '!' : ''}`;

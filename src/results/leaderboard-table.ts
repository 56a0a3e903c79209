/** The leaderboard as text: a table, and under it what it does and does not say. */
import { inLine } from '../model/printed/printable.ts';
import type { Objective } from '../model/result/metrics.ts';
import type { Leaderboard, Row } from './leaderboard.ts';
import { cellsOf, fieldsOf } from './leaderboard-fields.ts';
import { lackingLines, tableNotes, unrankedLines } from './leaderboard-notes.ts';
import type { Section } from './sections.ts';
import { fittingColumns, tableLines } from './text-table.ts';

/** What of a leaderboard is shown. */
export interface Shown {
  /** Rows at most. */
  readonly limit: number;
  /** Columns by name, in place of the parameters that vary and all metrics; null: these. */
  readonly only: readonly string[] | null;
}

/**
 * @param columns cells of a line; metrics that do not fit are left out and named
 */
export function leaderboardLines(board: Leaderboard, columns: number, shown: Shown): string[] {
  const heading = headingOf(board);
  if (board.rows.length === 0)
    return [...heading, noneText(board), ...unrankedLines(board), ...lackingLines(board)].map(inLine);
  const { table, notShown } = rankedTable(board, columns, shown);
  return [
    ...heading,
    '',
    ...table,
    '',
    ...tableNotes(board, shown.limit, notShown),
    ...unrankedLines(board),
    ...lackingLines(board),
  ].map(inLine);
}

function rankedTable(
  board: Leaderboard,
  width: number,
  { limit, only }: Shown,
): { table: string[]; notShown: readonly string[] } {
  const shown = board.rows.slice(0, limit);
  const { always, others } = fieldsOf(board, only);
  const fields = [...always, ...others];
  const cells = cellsOf(fields, shown);
  const heads = fields.map(({ column }) => column);
  // What was asked for is shown, however wide it is.
  const fitting =
    only === null ? Math.max(always.length, fittingColumns(heads, cells, width)) : fields.length;
  const [head = '', ...lines] = tableLines(
    heads.slice(0, fitting),
    cells.map((row) => row.slice(0, fitting)),
  );
  const notShown = fields.slice(fitting).map(({ column }) => column.head);
  return { table: [head, ...inSections(shown, lines)], notShown };
}

/** What is ranked, and what is to be known before anything is read of it. */
export function headingOf({ sweep, objective, chosen }: Leaderboard): string[] {
  const by = `${objective.metric} at ${objective.at === 'best' ? 'its best step' : 'the final step'}`;
  return [
    `${sweep}: ${by}, ${objective.goal === 'maximize' ? 'highest' : 'lowest'} first`,
    ...selectionLines(objective),
    ...(chosen === null ? [] : [chosen]),
  ];
}

/** P7: what every table says whose objective is a test figure. */
export const selectionLines = ({ metric, selectOnTest }: Objective): string[] =>
  selectOnTest ? [`SELECTED ON TEST DATA: ${metric} is a test figure (selectOnTest)`] : [];

const noneText = ({ chosen }: Leaderboard): string =>
  chosen === null ? 'No point has a result yet.' : 'None of these points has a result.';

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

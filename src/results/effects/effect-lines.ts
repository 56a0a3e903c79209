/** Effects as text. */
import { inLine } from '../../model/printed/printable.ts';
import { valueText } from '../../model/value.ts';
import type { Leaderboard } from '../leaderboard.ts';
import { selectionLines } from '../leaderboard-table.ts';
import { alignedCells, metricCell } from '../metric-text.ts';
import { tableLines } from '../text-table.ts';
import type { Effect } from './effects.ts';

/** @param limit rows at most */
export function effectLines(board: Leaderboard, effects: readonly Effect[], limit: number): string[] {
  const { objective, chosen } = board;
  const heading = [
    `${board.sweep}: ${objective.metric} of one point less that of another which differs in this parameter alone`,
    ...selectionLines(objective),
    ...(chosen === null ? [] : [chosen]),
  ];
  if (effects.length === 0)
    return [...heading, 'No two points with all their replicates differ in one parameter alone.'].map(inLine);
  const shown = effects.slice(0, limit);
  const differences = alignedCells(
    shown.map(({ mean, low, high }) => {
      const cell = metricCell({ mean, low, high, spread: null, values: [] });
      return { ...cell, mean: mean > 0 ? `+${cell.mean}` : cell.mean };
    }),
  );
  const table = tableLines(
    [
      { head: 'parameter', align: 'left' },
      { head: 'from', align: 'left' },
      { head: 'to', align: 'left' },
      { head: 'difference', align: 'left' },
      { head: 'better in', align: 'right' },
    ],
    shown.map(({ parameter, from, to, pairs, better }, row) => [
      parameter,
      valueText(from),
      valueText(to),
      differences[row] ?? '',
      `${better} of ${pairs}`,
    ]),
  );
  const hidden = effects.length - shown.length;
  return [...heading, '', ...table, '', ...notes(effects, hidden)].map(inLine);
}

function notes(effects: readonly Effect[], hidden: number): string[] {
  const known = effects.filter(({ low }) => low !== null).length;
  return [
    ...(hidden > 0 ? [`${hidden} more: --limit ${effects.length}`] : []),
    ...(known === 0
      ? ['No row has two pairs of points with different differences: no intervals.']
      : ["±: Student's 95 % interval of the mean over these pairs of points, each row by itself."]),
    ...(known >= manyRows
      ? [
          `Of ${known} such intervals about ${Math.round(known / 20)} ${Math.round(known / 20) === 1 ? 'misses' : 'miss'} the truth by chance.`,
        ]
      : []),
  ];
}

const manyRows = 10;

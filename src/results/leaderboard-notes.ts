/** What a leaderboard does and does not say: the lines under its table. */
import type { Leaderboard } from './leaderboard.ts';
import type { Estimate } from './student.ts';
import { pointLabel, tellingParams } from '../model/point-label.ts';
import { own } from '../model/own.ts';

/** Points without a result that are named; the others are counted. */
const mostUnranked = 5;

/** What stands under the table. `notShown`: metrics that did not fit. */
export function tableNotes(board: Leaderboard, limit: number, notShown: readonly string[]): string[] {
  const { rows } = board;
  const hidden = rows.length - limit;
  const partial = rows.filter(({ replicates: { done, declared } }) => done < declared).length;
  const ignored = rows.filter(({ seedIgnored }) => seedIgnored).length;
  return [
    ...(hidden > 0 ? [`${hidden} more ${hidden === 1 ? 'row' : 'rows'}: --limit ${rows.length}`] : []),
    ...intervalNotes(board),
    ...(partial > 0
      ? [
          `n 2/3: replicates are missing of ${partial === 1 ? '1 point' : `${partial} points`}, ranked on those that are done.`,
        ]
      : []),
    ...(ignored > 0
      ? [`n 3!: replicates agree in every line they reported, so the program ignores its seed.`]
      : []),
    ...(notShown.length > 0 ? [`Not shown for width: ${notShown.join(', ')} (--json has all).`] : []),
  ];
}

/** What the intervals are, and that a rank says less than it seems to where they overlap. */
function intervalNotes({ rows, objective }: Leaderboard): string[] {
  const [first, ...others] = rows.map(({ metrics }) => intervalOf(own(metrics, objective.metric)));
  if (first === null && others.every((other) => other === null))
    return ['No point has two results: no intervals, and the order may be chance.'];
  const what = "±: Student's 95 % interval of the mean over n replicates.";
  if (first === null || first === undefined) return [what, 'The first row has too few replicates for one.'];
  const overlapping = others.filter(
    (other) => other !== null && other.low <= first.high && other.high >= first.low,
  );
  if (overlapping.length === 0) return [what];
  const whose =
    overlapping.length === 1 ? '1 row has an interval' : `${overlapping.length} rows have intervals`;
  return [what, `${whose} overlapping the first row's: their order may be chance.`];
}

const intervalOf = (estimate: Estimate | undefined): { low: number; high: number } | null =>
  estimate === undefined || estimate.low === null || estimate.high === null
    ? null
    : { low: estimate.low, high: estimate.high };

/** What was trained before the sweep ranked by this metric. */
export const lackingLines = ({ lacking, objective: { metric } }: Leaderboard): string[] =>
  lacking === 0
    ? []
    : [
        `${lacking} ${lacking === 1 ? 'result has' : 'results have'} no ${metric}: \`labsweep run FILE --fresh\` trains ${lacking === 1 ? 'its trial' : 'their trials'} anew.`,
      ];

export function unrankedLines({ unranked, rows, axes }: Leaderboard): string[] {
  if (unranked.length === 0) return [];
  const names = tellingParams([...rows, ...unranked], axes);
  const lines = unranked.slice(0, mostUnranked).map((point) => {
    const states = point.trials.map(({ state }) => (state === 'succeeded' ? 'has no such metric' : state));
    return `  ${pointLabel(point, names)}: ${countedWords(states)}`;
  });
  const more = unranked.length - mostUnranked;
  return [
    `Without a result, ${unranked.length} of ${rows.length + unranked.length} points:`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** `2 failed, 1 queued`. */
function countedWords(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}

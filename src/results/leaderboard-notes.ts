/** What a leaderboard does and does not say: the lines under its table. */
import type { Leaderboard } from './leaderboard.ts';
import type { LineMetric } from './line-metrics.ts';
import type { IgnoredParameter } from './ignored-parameters.ts';
import type { Section } from './sections.ts';
import { pointLabel, tellingParams } from '../model/grid/point-label.ts';
import { own } from '../model/own.ts';

/** Points without a result that are named; the others are counted. */
const mostUnranked = 5;

/** What stands under the table. `notShown`: metrics that did not fit. */
export function tableNotes(board: Leaderboard, limit: number, notShown: readonly string[]): string[] {
  const { rows } = board;
  const hidden = rows.length - limit;
  const has = (section: Section): boolean => rows.some((row) => row.section === section);
  const notes: [boolean, string][] = [
    [hidden > 0, `${hidden} more ${hidden === 1 ? 'row' : 'rows'}: --limit ${rows.length}`],
    ...intervalNotes(board).map((note): [boolean, string] => [true, note]),
    [
      has('incomplete') || rows.some(({ givenUp }) => givenUp > 0),
      'n 1/3: 1 of 3 replicates has a result. One that failed, and is not tried again, counts as missing.',
    ],
    [has('paused'), 'A stopped trial has no result: its row shows the line that it had reported by then.'],
    [
      rows.some(({ metrics, notFinite }) =>
        Object.keys(notFinite).some((name) => (own(metrics, name)?.mean ?? null) !== null),
      ),
      '(1 NaN): in 1 replicate this metric is NaN or infinite; the mean is that of the others.',
    ],
    [
      rows.some(({ seedIgnored }) => seedIgnored),
      'n 3!: all points with replicates agree in every line they reported, so the program ignores its seed.',
    ],
    [notShown.length > 0, `Not shown for width: ${notShown.join(', ')} (--json has all).`],
  ];
  return [...notes.flatMap(([isTrue, note]) => (isTrue ? [note] : [])), ...board.ignored.map(ignoredText)];
}

export const ignoredText = ({ parameter }: Pick<IgnoredParameter, 'parameter'>): string =>
  `${parameter} changes nothing between these points: does the program read it?`;

/** What the intervals are, and that a rank says less than it seems to where they overlap. */
function intervalNotes({ rows, objective }: Leaderboard): string[] {
  const intervals = rows.map(({ section, metrics }) => ({
    section,
    interval: intervalOf(own(metrics, objective.metric)),
  }));
  if (rows.every((row) => (own(row.metrics, objective.metric)?.mean ?? null) === null)) return [];
  const finite = rows.some(({ diverged }) => diverged > 0) ? 'finite ' : '';
  if (intervals.every(({ interval }) => interval === null))
    return [
      rows.every(({ replicates, diverged }) => replicates.done - diverged < 2)
        ? `No point has two ${finite}results: no intervals, and the order may be chance.`
        : 'The replicates of each point are equal: no intervals.',
    ];
  const what = "±: Student's 95 % interval of the mean over n replicates.";
  const [first, ...others] = intervals;
  const range = first?.interval ?? null;
  if (first === undefined || range === null)
    return [what, 'The first row has no interval: its replicates are too few, or equal.'];
  // The order of sections is no matter of chance.
  const overlapping = others.filter(
    ({ interval, section }) =>
      section === first.section &&
      interval !== null &&
      interval.low <= range.high &&
      interval.high >= range.low,
  );
  if (overlapping.length === 0) return [what];
  const whose =
    overlapping.length === 1 ? '1 row has an interval' : `${overlapping.length} rows have intervals`;
  return [what, `${whose} overlapping the first row's: their order may be chance.`];
}

const intervalOf = (metric: LineMetric | undefined): { low: number; high: number } | null =>
  metric === undefined || metric.low === null || metric.high === null
    ? null
    : { low: metric.low, high: metric.high };

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
    const states = point.trials.map(({ state }) =>
      state === 'succeeded' || state === 'diverged' ? 'has no such metric' : state,
    );
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

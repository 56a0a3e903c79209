/** What a leaderboard does and does not say: the lines under its table. */
import { mayBeFirst } from './groups/groups.ts';
import type { Leaderboard, Row } from './leaderboard.ts';
import type { IgnoredParameter } from './ignored-parameters.ts';
import { pointLabel, tellingParams } from '../model/grid/point-label.ts';
import { own } from '../model/own.ts';

/** Points without a result that are named; the others are counted. */
const mostUnranked = 5;

/** What stands under the table. `notShown`: metrics that did not fit. */
export function tableNotes(board: Leaderboard, limit: number, notShown: readonly string[]): string[] {
  const { rows } = board;
  const hidden = rows.length - limit;
  const hasMarked = rows.some(({ metrics, notFinite }) =>
    Object.keys(notFinite).some((name) => (own(metrics, name)?.mean ?? null) !== null),
  );
  return [
    ...(hidden > 0 ? [`${hidden} more ${hidden === 1 ? 'row' : 'rows'}: --limit ${rows.length}`] : []),
    ...intervalNotes(board),
    ...groupNotes(board),
    ...rows
      .filter(({ section, givenUp }) => section === 'incomplete' || givenUp > 0)
      .slice(0, 1)
      .map(lackingText),
    ...(rows.some(({ section }) => section === 'paused')
      ? ['A stopped trial has no result: its row shows the line that it had reported by then.']
      : []),
    ...(hasMarked
      ? ['(1 NaN): in 1 replicate this metric is NaN or infinite; the mean is that of the others.']
      : []),
    ...rows
      .filter(({ seedIgnored }) => seedIgnored)
      .slice(0, 1)
      .map(repeatingText),
    ...(notShown.length > 0 ? [`Not shown for width: ${notShown.join(', ')} (--json has all).`] : []),
    ...board.ignored.map(ignoredText),
  ];
}

const lackingText = ({ replicates: { done, declared } }: Row): string =>
  `n ${done}/${declared}: ${done} of ${declared} replicates ${done === 1 ? 'has' : 'have'} a result. One that failed, and is not tried again, counts as missing.`;

const repeatingText = ({ replicates: { done } }: Row): string =>
  `n ${done}!: all points with replicates agree in every line they reported, so the program ignores its seed.`;

export const ignoredText = ({ parameter }: Pick<IgnoredParameter, 'parameter'>): string =>
  `${parameter} changes nothing between these points: does the program read it?`;

/** What the intervals are. */
function intervalNotes({ rows, objective }: Leaderboard): string[] {
  const metrics = rows.flatMap((row) => own(row.metrics, objective.metric) ?? []);
  if (metrics.every(({ mean }) => mean === null)) return [];
  const finite = rows.some(({ diverged }) => diverged > 0) ? 'finite ' : '';
  if (metrics.every(({ low }) => low === null))
    return [
      rows.every(({ replicates, diverged }) => replicates.done - diverged < 2)
        ? `No point has two ${finite}results: no intervals, and the order may be chance.`
        : 'The replicates of each point are equal: no intervals.',
    ];
  return ["±: Student's 95 % interval of the mean over n replicates."];
}

/** What the column of ranks says. */
function groupNotes({ rows, chosen }: Leaderboard): string[] {
  const compared = rows.filter(({ ranks }) => ranks !== null);
  const rivals = mayBeFirst(rows.map(({ ranks }) => (ranks === null ? null : { last: ranks[1] - 1 })));
  return [
    ...compared
      .flatMap(({ ranks }) => (ranks !== null && ranks[0] < ranks[1] ? [rangeText(ranks)] : []))
      .slice(0, 1),
    ...(chosen === null ? [] : ['Ranks are those among all points of the sweep.']),
    // Of some points this says nothing.
    ...(rivals === null || chosen !== null ? [] : [rivalsText(rivals, compared.length)]),
    ...(rows.some(({ spreadsTooFar }) => spreadsTooFar)
      ? ['ranks ?: the replicates of this point lie too far apart to compare it: look at each of them.']
      : []),
  ];
}

const rangeText = ([first, last]: readonly [number, number]): string =>
  `ranks ${first}–${last}: this point may be as good as each of ranks ${first} to ${last}, the differences may be chance (Tukey and Kramer, 5 % over all pairs).`;

const rivalsText = (rivals: number, compared: number): string =>
  rivals === 1
    ? `Of the ${compared} points that are compared the first one is better than each other by more than chance.`
    : `${rivals} of the ${compared} points that are compared may be the best.`;

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

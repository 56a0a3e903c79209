/** Times as a table: medians, what they are made of, and what they are beside those of others. */

/** Times of one runner for one work, in ms, one a round. */
export interface Times {
  readonly runner: string;
  readonly ms: readonly number[];
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
};

/** Markdown: one row a runner, each beside `base` by the median of the rounds' own ratios. */
export function tableOf(work: string, trials: number, times: readonly Times[], base: string): string[] {
  const baseMs = times.find(({ runner }) => runner === base)?.ms ?? [];
  return [
    `| ${work} | median | least to most | a trial | beside ${base} |`,
    '| --- | --- | --- | --- | --- |',
    ...times.map(({ runner, ms }) => {
      const middle = median(ms);
      const spread = `${seconds(Math.min(...ms))} to ${seconds(Math.max(...ms))}`;
      const perTrial = `${(middle / trials).toFixed(2)} ms`;
      return `| ${runner} | ${seconds(middle)} | ${spread} | ${perTrial} | ${ratioText(ms, baseMs)} |`;
    }),
  ];
}

/** Of rounds that ran one after the other: what slowed the machine in one of them slowed all of it. */
export function ratioText(ms: readonly number[], baseMs: readonly number[]): string {
  const ratios = ms.flatMap((value, round) => {
    const other = baseMs[round];
    return other === undefined ? [] : [value / other];
  });
  return ratios.length === 0 ? '' : median(ratios).toFixed(3);
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;

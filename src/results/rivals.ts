import type { Row } from './leaderboard.ts';

/** How many points may be the best: the first one, and those that it cannot be told from. Null where nothing can be said of it. */
export function rivalsOf(rows: readonly Pick<Row, 'ranks'>[]): number | null {
  const last = rows[0]?.ranks?.[1];
  return last === undefined ? null : rows.slice(0, last).filter(({ ranks }) => ranks !== null).length;
}

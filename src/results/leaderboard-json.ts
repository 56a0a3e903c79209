import type { Leaderboard, Point } from './leaderboard.ts';

/**
 * The document of `leaderboard --json` that scripts may rely on (docs/commands.md). `case` and `parameters` are left
 * out where a point has none.
 *
 * @param limit rows at most
 */
export function leaderboardJson(board: Leaderboard, limit: number): unknown {
  return {
    sweep: board.sweep,
    objective: board.objective,
    rows: board.rows.slice(0, limit).map(withoutAbsent),
    missing: board.unranked.map(withoutAbsent),
  };
}

const withoutAbsent = (point: Point): unknown =>
  Object.fromEntries(
    Object.entries(point).filter(
      ([key, value]) => value !== null || (key !== 'case' && key !== 'parameters'),
    ),
  );

import { describe, expect, it } from 'vitest';
import { bestSoFar } from '../../src/results/best.ts';
import { leaderboard } from '../../src/results/leaderboard.ts';
import { accuracy, idOf, LedgerBuilder } from '../ledger-builder.ts';

const points = [{ params: { x: 1 } }, { params: { x: 2 } }];

describe('the best point so far', () => {
  it.each([
    ['maximize', 1, 0.9],
    ['minimize', 2, 0.5],
  ] as const)(
    'is the one that heads the leaderboard, however many replicates have ended: %s',
    (goal, x, value) => {
      const built = new LedgerBuilder();
      const sweep = built.sweep(built.declare({ points, replicates: 3, objective: { ...accuracy, goal } }));
      expect(bestSoFar(built.state, sweep)).toBeNull();
      built.succeed(idOf({ x: 1 }, 1), { val_accuracy: 0.9 });
      for (const replicate of [1, 2, 3]) built.succeed(idOf({ x: 2 }, replicate), { val_accuracy: 0.5 });
      const [first] = leaderboard(built.state, sweep).rows;
      expect(first?.params['x']).toBe(x);
      expect(bestSoFar(built.state, sweep)).toMatchObject({ metric: 'val_accuracy', value });
      expect(bestSoFar(built.state, sweep)?.label).toContain(`x=${x}`);
    },
  );
});

import { valueText } from '../../src/model/value.ts';
import { describe, expect, it } from 'vitest';
import { bestSoFar } from '../../src/results/best.ts';
import { leaderboard } from '../../src/results/leaderboard.ts';
import { accuracy, diverged, idOf, LedgerBuilder } from '../ledger-builder.ts';

const points = [{ params: { x: 1 } }, { params: { x: 2 } }];

describe('the best point so far', () => {
  it.each([
    ['maximize', 0.9],
    ['minimize', 0.4],
  ] as const)('heads the leaderboard, and no point leads it that lacks replicates: %s', (goal, value) => {
    const built = new LedgerBuilder();
    const sweep = built.sweep(built.declare({ points, replicates: 3, objective: { ...accuracy, goal } }));
    const leader = () => {
      const best = bestSoFar(built.state, sweep);
      expect(best?.label).toContain(
        `x=${valueText(leaderboard(built.state, sweep).rows[0]?.params['x'] ?? null)}`,
      );
      return best;
    };
    expect(bestSoFar(built.state, sweep)).toBeNull();
    built.succeed(idOf({ x: 1 }, 1), { val_accuracy: value });
    expect(leader()).toMatchObject({ metric: 'val_accuracy', value, done: 1, declared: 3 });
    for (const replicate of [1, 2, 3]) built.succeed(idOf({ x: 2 }, replicate), { val_accuracy: 0.5 });
    expect(leader()).toMatchObject({ value: 0.5, done: 3, declared: 3 });
    for (const replicate of [2, 3]) built.succeed(idOf({ x: 1 }, replicate), { val_accuracy: value });
    expect(leader()?.value).toBeCloseTo(value);
  });

  it('is no point that has diverged for one of its seeds', () => {
    const built = new LedgerBuilder();
    const sweep = built.sweep(built.declare({ points, replicates: 2 }));
    built.succeed(idOf({ x: 1 }, 1), { val_accuracy: 0.99 });
    built.end(idOf({ x: 1 }, 2), diverged('val_accuracy'));
    expect(bestSoFar(built.state, sweep)).toBeNull();
    built.succeed(idOf({ x: 2 }, 1), { val_accuracy: 0.1 });
    expect(bestSoFar(built.state, sweep)).toMatchObject({ value: 0.1 });
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expandSweep } from '../../src/model/grid/expansion.ts';
import { parseSweepFile } from '../../src/model/sweep/parse-sweep.ts';
import { chiSquare, unlikely } from '../model/chi-square.ts';

const text = readFileSync(new URL('../fixtures/found/large-sample.yaml', import.meta.url), 'utf8');
const optimizers = ['sgd', 'adam', 'adamw', 'lion'];

function drawn(seed: number): readonly unknown[] {
  const context = { programs: {}, readExtended: () => null, set: [`sample.seed=${seed}`] };
  const parsed = parseSweepFile(text, 'large-sample.yaml', context);
  if (parsed.kind === 'refused') throw new Error(parsed.issues.map(({ message }) => message).join('\n'));
  const expansion = expandSweep(parsed, {});
  if (expansion.kind === 'refused') throw new Error('the sweep is refused');
  return expansion.points.map(({ params }) => params['optimizer']);
}

describe('a sample of 200 of 4·10^16 points', () => {
  it('has each optimizer about 50 times, whichever seed', () => {
    const seeds = Array.from({ length: 10 }, (_, index) => index + 1);
    for (const seed of seeds) {
      const of = drawn(seed);
      expect(of).toHaveLength(200);
      expect(chiSquare(of, optimizers), `seed ${seed}`).toBeLessThan(unlikely(3));
    }
  });
});

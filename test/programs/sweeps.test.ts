import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandSweep, type Point } from '../../src/model/grid/expansion.ts';
import { parseSweepFile } from '../../src/model/sweep/parse-sweep.ts';
import { renderIssue } from '../../src/model/source/source-issue.ts';
import { programs } from '../../src/programs/registry.ts';
import published from './cnn1d/fixtures/published.json' with { type: 'json' };

describe('the sweeps that come along', () => {
  it('quickstart: twelve trials and more, replicates among them', () => {
    const { points, seeds } = expanded('quickstart.yaml');
    expect(points.length * seeds).toBeGreaterThanOrEqual(12);
    expect(seeds).toBeGreaterThan(1);
  });

  it('lab: 147 points', () => {
    expect(expanded('lab.yaml').points).toHaveLength(147);
  });

  it.each([
    ['base', 6],
    ['only-conv-k25', 20],
    ['only-conv-k5', 21],
    ['only-conv-k25-wide', 45],
    ['custom-k5', 146],
    ['vgg-k3', 21],
  ])('published/%s: %i cells, among them every network whose count was published', (family, cells) => {
    const { points } = expanded(`published/${family}.yaml`);
    expect(points).toHaveLength(cells);
    const rows = published.rows.filter((row) => row.family === family);
    for (const { startChannels, layers } of rows)
      expect(points.map(({ params }) => params)).toContainEqual(
        expect.objectContaining({ family, startChannels, layers }),
      );
  });
});

function expanded(file: string): { points: readonly Point[]; seeds: number } {
  const text = readFileSync(join(import.meta.dirname, '../../sweeps', file), 'utf8');
  const parsed = parseSweepFile(text, file, { programs, readExtended: () => null });
  if (parsed.kind === 'refused') throw new Error(parsed.issues.map(renderIssue).join('\n'));
  const expansion = expandSweep(parsed, programs);
  if (expansion.kind === 'refused') throw new Error(expansion.issues.map(renderIssue).join('\n'));
  return { points: expansion.points, seeds: parsed.sweep.seeds.length };
}

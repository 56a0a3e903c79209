import { describe, expect, it } from 'vitest';
import { mcnemar } from '../../../src/results/compare/mcnemar.ts';
import { settlingReplicates } from '../../../src/results/compare/settle.ts';
import { twoWay } from '../../../src/results/compare/two-way.ts';
import reference from '../reference.json' with { type: 'json' };

/** One sign a clip, 1 where it was right: sums by speaker. */
function bySpeaker(training: string, speakers: readonly number[]): number[] {
  const sums: number[] = Array.from({ length: Math.max(...speakers) + 1 }, () => 0);
  speakers.forEach((speaker, clip) => {
    sums[speaker] = (sums[speaker] ?? 0) + Number(training[clip]);
  });
  return sums;
}

describe('two settings agree with the reference', () => {
  it.each(reference.compare)('$name', ({ speakers, a, b, expected, replicate1 }) => {
    const clips = bySpeaker('1'.repeat(speakers.length), speakers);
    const arms = {
      a: a.map((one) => bySpeaker(one, speakers)),
      b: b.map((one) => bySpeaker(one, speakers)),
      clips,
    };
    const found = twoWay(arms);
    const { difference, low, high, seSpeakers } = expected;
    for (const [key, value] of Object.entries({ difference, low, high, seSpeakers }))
      expect(found[key as 'low'], key).toBeCloseTo(value, 9);
    expect(found.seSeeds ?? -1).toBeCloseTo('seSeeds' in expected ? (expected.seSeeds ?? -1) : -1, 9);
    expect(found.p ?? -1).toBeCloseTo('p' in expected ? (expected.p ?? -1) : -1, 9);
    expect(mcnemar(replicate1.onlyA, replicate1.onlyB)).toBeCloseTo(replicate1.mcnemarExact, 9);
  });

  it.each(reference.mcnemar)("McNemar's test of $onlyA and $onlyB clips", ({ onlyA, onlyB, p }) => {
    expect(mcnemar(onlyA, onlyB)).toBeCloseTo(p, 9);
  });

  it.each(reference.settle)(
    '$difference at a spread of $sd is settled by $replicates replicates',
    ({ points, difference, sd, replicates }) => {
      expect(settlingReplicates(points, difference, sd)).toBe(replicates);
    },
  );
});

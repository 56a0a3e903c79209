import { describe, expect, it } from 'vitest';
import { readList, splitByHash } from '../../../../src/programs/cnn1d/dataset/split.ts';

describe('the split by hash', () => {
  // Clips of Speech Commands v0.02 with the split that its official lists give them.
  it.each([
    ['026290a7_nohash_0.wav', 'validation'],
    ['060cd039_nohash_0.wav', 'validation'],
    ['099d52ad_nohash_0.wav', 'validation'],
    ['0c40e715_nohash_0.wav', 'test'],
    ['0ea0e2f4_nohash_1.wav', 'test'],
    ['105a0eea_nohash_0.wav', 'test'],
    ['00176480_nohash_0.wav', 'train'],
  ] as const)('puts %s where the official lists do: %s', (name, split) => {
    expect(splitByHash(name)).toBe(split);
  });

  it('keeps a speaker together', () => {
    const splits = Array.from({ length: 50 }, (_, take) => splitByHash(`0a7c2a8d_nohash_${take}.wav`));
    expect(new Set(splits).size).toBe(1);
  });

  it('gives a tenth of the speakers each to validation and test', () => {
    const counts = { train: 0, validation: 0, test: 0 };
    for (let speaker = 0; speaker < 4000; speaker++) counts[splitByHash(`${speaker}_nohash_0.wav`)] += 1;
    expect(counts.validation / 4000).toBeCloseTo(0.1, 1);
    expect(counts.test / 4000).toBeCloseTo(0.1, 1);
  });

  it('reads a list with any line ends', () => {
    expect(readList('bed/a.wav\r\nbed/b.wav\n\n')).toEqual(['bed/a.wav', 'bed/b.wav']);
  });
});

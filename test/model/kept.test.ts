import { describe, expect, it } from 'vitest';
import { keptOf, readRecorded } from './kept.ts';

describe('P3 points, sample, trials, launch and files of a sweep file are what they have always been', () => {
  it.each(readRecorded())('$file $sample', async (kept) => {
    const more: string[] = [];
    expect(await keptOf(kept.file, kept.sample, more)).toEqual(kept);
  });
});

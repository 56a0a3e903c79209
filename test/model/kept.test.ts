import { describe, expect, it } from 'vitest';
import { keptOf, readRecorded } from './kept.ts';

/** A boolean that varies has to say how it is passed: by its bare flag, as it always was. */
const saysFlag = /kept\/booleans\.yaml/;

describe('P3 points, sample, trials, launch and files of a sweep file are what they have always been', () => {
  it.each(readRecorded())('$file $sample', async (kept) => {
    const more = saysFlag.test(kept.file) ? ['program.booleans=flag'] : [];
    expect(await keptOf(kept.file, kept.sample, more)).toEqual(kept);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrapped } from '../../src/board/wrapped.ts';

describe('a wrapped text', () => {
  it('breaks between words, and stands in under its first line', () => {
    expect(wrapped('cedar GPU 0: is at 86 °C, held until under 78 °C', 30, 2)).toEqual([
      'cedar GPU 0: is at 86 °C, held',
      '  until under 78 °C',
    ]);
  });

  it('leaves a word whole that is wider than a line', () => {
    expect(wrapped('see /a/path/that/is/long now', 8, 1)).toEqual(['see', ' /a/path/that/is/long', ' now']);
  });

  it('has all words in their order, and no line that is too wide but for one word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 5, max: 40 }), (said, columns) => {
        const lines = wrapped(said.join(' '), columns, 2);
        expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(said);
        for (const line of lines)
          if (line.trim().includes(' ')) expect(line.length).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

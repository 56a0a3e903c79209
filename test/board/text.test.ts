import { describe, expect, it } from 'vitest';
import { etaText, takesText } from '../../src/board/text.ts';

const soon = { seconds: 0.3, low: 0, high: 0.8, overdue: false };

describe('the time left in words', () => {
  it('says of what is expected to end at once by when, and not that it has', () => {
    expect(etaText(soon)).toBe('under 1 s left');
    expect(takesText(soon)).toBe('under 1 s');
  });

  it('says what it lies between', () => {
    const eta = { seconds: 7_800, low: 6_000, high: 10_200, overdue: false };
    expect(etaText(eta)).toBe('about 2 h 10 min left (1 h 40 min to 2 h 50 min)');
  });

  it('says no time of what runs for longer than expected but how much longer it may', () => {
    expect(etaText({ ...soon, high: 42, overdue: true })).toBe(
      'runs longer than expected, maybe up to 42 s more',
    );
  });
});

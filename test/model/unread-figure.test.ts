import { describe, expect, test } from 'vitest';
import { bestReading, saysNone } from '../../src/model/printed/unread-figure.ts';

describe('a figure that cannot be read', () => {
  test.each([
    ['1,234.5', 1234.5, 1234.5],
    ['1.234,5', 1234.5, 1234.5],
    ['1,234,567', 1_234_567, 1_234_567],
    ['0,91', 91, 0.91],
    ['0.7.1', Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ['70/100', Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ['12h', Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ])('%s is at best %d where more is better, and %d where less is', (text, highest, lowest) => {
    expect(bestReading(text, { goal: 'maximize' })).toBe(highest);
    expect(bestReading(text, { goal: 'minimize' })).toBe(lowest);
  });
});

test('words that say there is no figure, and words that do not', () => {
  expect(['N/A', 'n/a,', 'NA', 'None', 'null', '(missing)', 'undefined'].filter(saysNone)).toHaveLength(7);
  expect(['', '-', 'improved', 'nan', '0.5', 'navigation'].filter(saysNone)).toEqual([]);
});

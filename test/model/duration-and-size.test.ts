import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/model/duration.ts';
import { formatSize, parseSize } from '../../src/model/size.ts';

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['15 min', 900_000],
    ['2h', 7_200_000],
    ['1h 30min', 5_400_000],
    ['1.5 hours', 5_400_000],
    ['3 d', 259_200_000],
    ['250 ms', 250],
    ['45', 45_000],
    [0.5, 500],
  ])('%s is read', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', 'soon', '3 parsecs', '-3 s', 'h', '3 s of work'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeNull(),
  );

  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [12_400, '12.4 s'],
    [59_970, '1 min'],
    [61_000, '1 min 1 s'],
    [900_000, '15 min'],
    [5_400_000, '1 h 30 min'],
    [183_600_000, '2 d 3 h'],
    [-5_000, '-5 s'],
  ])('%i ms is written %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('a size', () => {
  it.each([
    ['8GB', 8e9],
    ['500 MB', 5e8],
    ['7.5 GiB', 7.5 * 2 ** 30],
    ['100', 100],
    [2048, 2048],
  ])('%s is read', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', 'lots', '3 GG', '-1 GB', 'GB'])('%j is none', (text) => expect(parseSize(text)).toBeNull());

  it.each([
    [800, '800 B'],
    [7.4 * 2 ** 30, '7.4 GiB'],
    [512 * 2 ** 20, '512 MiB'],
    [2 ** 40, '1 TiB'],
    [1_048_575, '1 MiB'],
  ])('%d bytes are written %s', (bytes, text) => expect(formatSize(bytes)).toBe(text));
});

/** Numbers as people read them: four digits of each count, however large or small its neighbours are. */
import type { LineMetric } from './line-metrics.ts';

/** Digits that count, of a value and of its interval. */
const digits = 4;
const intervalDigits = 2;
/** Beyond these a number is written with its power of ten. */
const smallest = 1e-4;
const largest = 1e7;
/** A whole number is a count, and is written whole. */
const largestCount = 1e12;
const mostDecimals = 10;

/** `0.9134`, `12.35`, `123456`, `1.234e-7`. */
export const numberText = (value: number): string => textWith(value, 0);

/** A cell in its parts, so that those of a column stand under each other. */
export interface MetricCell {
  readonly mean: string;
  /** Half of the interval; null without one. */
  readonly half: string | null;
  /** What is to be known of it besides. */
  readonly mark: string;
}

/** `0.9134 ± 0.0052`; an interval narrower than the digits of its mean lengthens it. */
export function metricCell({ mean, high }: LineMetric, mark = ''): MetricCell {
  if (mean === null) return { mean: 'NaN', half: null, mark: '' };
  const half = high === null ? 0 : high - mean;
  if (half === 0) return { mean: numberText(mean), half: null, mark };
  const text = textWith(mean, decimalsFor(half, intervalDigits));
  return { mean: text, half: halfText(half, text), mark };
}

/** With the decimals of its mean, as long as these show it. */
function halfText(half: number, mean: string): string {
  const fitting = half.toFixed(mean.split('.')[1]?.length ?? 0);
  if (!mean.includes('e') && half < largestCount && Number(fitting) !== 0) return fitting;
  return isPlain(half)
    ? half.toFixed(decimalsFor(half, intervalDigits))
    : half.toExponential(intervalDigits - 1);
}

/** Cells of one column as text: decimal points under each other, intervals and marks likewise. */
export function alignedCells(cells: readonly (MetricCell | null)[]): string[] {
  const given = cells.filter((cell) => cell !== null);
  const point = Math.max(0, ...given.map(({ mean }) => pointOf(mean)));
  const means = given.map(({ mean }) => ' '.repeat(point - pointOf(mean)) + mean);
  const width = Math.max(0, ...means.map(({ length }) => length));
  return cells.map((cell) => {
    if (cell === null) return '';
    const { mean, half, mark } = cell;
    const text = ' '.repeat(point - pointOf(mean)) + mean;
    const interval = half === null ? '' : ` ± ${half}`;
    const padded = interval === '' ? text : text.padEnd(width) + interval;
    return mark === '' ? padded : `${padded} ${mark}`;
  });
}

/** Where the fraction of a number begins. */
function pointOf(text: string): number {
  if (text === 'NaN') return 1; // it begins where a digit does
  const at = text.search(/[.e]/);
  return at === -1 ? text.length : at;
}

/** @param decimals at least, where the number is written without a power of ten */
function textWith(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < largestCount && decimals === 0) return String(value);
  if (isPlain(value))
    return value.toFixed(Math.min(mostDecimals, Math.max(decimals, decimalsFor(value, digits))));
  const more = decimals - decimalsFor(value, 1);
  return value.toExponential(Math.min(mostDecimals, Math.max(digits - 1, more)));
}

const isPlain = (value: number): boolean =>
  value === 0 || (Math.abs(value) >= smallest && Math.abs(value) < largest);

/** Decimals that show so many digits of a number that counts. */
const decimalsFor = (value: number, count: number): number =>
  value === 0
    ? 0
    : Math.max(0, count - 1 - Math.floor(Math.log10(Math.abs(Number(value.toPrecision(count))))));

import type { Estimate } from './student.ts';

/** Numbers of one metric as people read them side by side: all with the same digits, four that count. */
export function metricFormat(values: readonly number[]): (value: number) => string {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest !== 0 && (largest < 1e-4 || largest >= 1e7)) return (value) => value.toExponential(3);
  const digits = largest === 0 ? 0 : 3 - Math.floor(Math.log10(largest));
  const decimals = values.every(Number.isInteger) ? 0 : Math.min(6, Math.max(0, digits));
  return (value) => value.toFixed(decimals);
}

/** `0.9134 ± 0.0052`; without an interval the mean alone. */
export function estimateText({ mean, high }: Estimate, format: (value: number) => string): string {
  return high === null ? format(mean) : `${format(mean)} ± ${format(high - mean)}`;
}

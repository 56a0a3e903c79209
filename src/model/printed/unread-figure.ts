/** Texts that stand where a figure should and are no number (printed-number.ts). */
import type { Objective } from '../result/metrics.ts';
import { readNumber } from './printed-number.ts';

/** Whether a text says that there is no figure; of other words nobody knows whether they were meant for one: `acc: improved`. */
export const saysNone = (text: string): boolean =>
  /^\W*(?:n\/?a|none|null|nil|undefined|missing)\W*$/i.test(text);

/**
 * The best value that such a text may stand for: a perplexity of `1,234.5` cannot be lower than 980, and a reward of that can be
 * higher. Never taken for a figure, only to tell whether a figure that was read may be the best. Infinitely good where separators
 * explain nothing, as in `0.7.1` and `70/100`.
 */
export function bestReading(text: string, { goal }: Pick<Objective, 'goal'>): number {
  const values = readings(text.trim()).flatMap((one) => {
    const value = readNumber(one);
    return typeof value === 'number' ? [value] : [];
  });
  if (values.length === 0) return goal === 'maximize' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return goal === 'maximize' ? Math.max(...values) : Math.min(...values);
}

/** With commas and points in it, the last of them is before the decimals; a comma alone is one or the other. */
function readings(text: string): string[] {
  const [comma, point] = [text.lastIndexOf(','), text.lastIndexOf('.')];
  if (comma < 0) return [];
  if (point > comma) return [text.replaceAll(',', '')];
  if (point >= 0) return [text.replaceAll('.', '').replace(',', '.')];
  return [text.replaceAll(',', ''), text.replace(',', '.')];
}

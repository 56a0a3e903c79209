import { type Document, type Scalar, visit } from 'yaml';
import { integerValue } from '../value.ts';

/** A number that a double would change without a word: where it stands, and what is wrong with it. */
export interface NumberProblem {
  readonly offset: number;
  readonly message: string;
}

/**
 * Has the numbers of a document be those that are written: whole numbers beyond 2^53 keep their digits.
 *
 * @returns the first number that cannot be kept; null where all are
 */
export function keepNumbers(document: Document): NumberProblem | null {
  let found: NumberProblem | null = null;
  visit(document, {
    Scalar: (place, node) => {
      const { source } = node;
      if (typeof node.value !== 'number' || source === undefined) return undefined;
      const message = place === 'key' ? null : rangeProblem(node.value, source);
      if (message !== null) {
        found = { offset: node.range?.[0] ?? 0, message };
        return visit.BREAK;
      }
      if (isWhole.test(source) && !Number.isSafeInteger(node.value))
        keepDigits(node, source, place === 'key');
      return undefined;
    },
  });
  return found;
}

const isWhole = /^[-+]?\d+$|^0[xo]/;

function keepDigits(node: Scalar, source: string, isKey: boolean): void {
  const magnitude = BigInt(source.replace(/^[-+]/, ''));
  const value = source.startsWith('-') ? -magnitude : magnitude;
  // A name is a text.
  node.value = isKey ? String(value) : integerValue(value);
}

function rangeProblem(value: number, source: string): string | null {
  const written = /^[-+]?[\d.]+(?:[eE][-+]?\d+)?$/.test(source);
  if (!written || isWhole.test(source)) return null;
  if (!Number.isFinite(value))
    return `${source} is beyond the largest number (1.8e308); quote it if it is a word`;
  return value === 0 && /[1-9]/.test(source.replace(/[eE].*/, ''))
    ? `${source} is closer to 0 than the smallest number (4.9e-324); write 0, or quote it if it is a word`
    : null;
}

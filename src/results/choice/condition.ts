/** `layers<=8`: what a row has to be like to be shown. Pure. */
import { digitsOf, type ParamValue } from '../../model/value.ts';

/** The longer ones first: `<=` begins with `<`. */
const comparisons = ['<=', '>=', '!=', '==', '<', '>', '='] as const;
type Comparison = (typeof comparisons)[number];

export interface Condition {
  /** Of a parameter, a metric or one of the other columns. */
  readonly name: string;
  readonly comparison: Comparison;
  /** As it was written. */
  readonly text: string;
}

/** Null where no comparison stands between a name and a value. */
export function conditionOf(written: string): Condition | null {
  const at = written.search(/[<>=!]/);
  const comparison = comparisons.find((one) => at > 0 && written.startsWith(one, at));
  if (comparison === undefined) return null;
  const [name, text] = [written.slice(0, at).trim(), written.slice(at + comparison.length).trim()];
  return name === '' || text === '' ? null : { name, comparison, text };
}

export const conditionText = ({ name, comparison, text }: Condition): string => `${name}${comparison}${text}`;

/** Numbers are compared as numbers, all else is equal or not. A row that has no such value meets nothing. */
export function meets(value: ParamValue | undefined, { comparison, text }: Condition): boolean {
  if (value === undefined) return false;
  if (comparison === '=' || comparison === '==') return isValue(value, text);
  if (comparison === '!=') return !isValue(value, text);
  const [one, other] = [numberOf(value), Number(text)];
  if (one === null || Number.isNaN(other)) return false;
  if (comparison === '<' || comparison === '<=') return one < other || (one === other && comparison === '<=');
  return one > other || (one === other && comparison === '>=');
}

function isValue(value: ParamValue, text: string): boolean {
  const number = numberOf(value);
  if (number !== null) return number === Number(text);
  return typeof value === 'string' ? value === text : JSON.stringify(value) === text;
}

/** Null for what is no number; of more digits than a double has, the nearest one. */
export function numberOf(value: ParamValue): number | null {
  if (typeof value === 'number') return value;
  const digits = digitsOf(value);
  return digits === null ? null : Number(digits);
}

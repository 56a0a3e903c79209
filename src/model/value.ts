/** The values that parameters have: all that JSON has, and whole numbers of any size. */
import { canonicalJson } from './grid/canonical.ts';

export type ParamValue =
  | null
  | boolean
  | number
  | string
  | readonly ParamValue[]
  | { readonly [name: string]: ParamValue };

/**
 * A whole number whose digits a double would change (beyond 2^53) is kept as `{$integer: digits}`: every reader of JSON
 * keeps a text. Nobody can write a mapping with this key.
 */
const integerKey = '$integer';

/** A whole number as a parameter has it: a double where this says the same digits. */
export function integerValue(value: bigint): ParamValue {
  const double = Number(value);
  return String(double) === String(value) ? double : { [integerKey]: String(value) };
}

/** The digits of a whole number that no double says; null for any other value. */
export function digitsOf(value: unknown): string | null {
  if (!isMapping(value)) return null;
  const digits = value[integerKey];
  const isOne = Object.keys(value).length === 1 && typeof digits === 'string' && /^-?[1-9]\d*$/.test(digits);
  return isOne && String(Number(digits)) !== digits ? digits : null;
}

/** Deeper ones are a slip, and would exhaust the stack of whatever reads them (an alias can hold itself). */
const mostLevels = 32;

/** What is wrong with a value, as a sentence goes on after "is not"; null where it is one. */
export function valueProblem(value: unknown, levels = mostLevels): string | null {
  if (typeof value === 'object' && value !== null && digitsOf(value) === null) {
    if (levels === 0) return `a value of at most ${mostLevels} levels`;
    if (Object.hasOwn(value, integerKey)) return `a value: labsweep uses the name ${integerKey} itself`;
    for (const inner of Object.values(value)) {
      const problem = valueProblem(inner, levels - 1);
      if (problem !== null) return problem;
    }
    return null;
  }
  if (typeof value === 'number' ? Number.isFinite(value) : value !== undefined) return null;
  if (levels === mostLevels) return valueExpected;
  return value === undefined
    ? 'a value: a name in it has nothing behind it'
    : `a value: it holds ${Number(value)}, which is no number`;
}

export const valueExpected = 'a number, a word, true, false, null, a list or a mapping';

/** JSON as any reader takes it, with the digits of whole numbers. In a text of JSON a quote has a backslash before it. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/\{"\$integer":"(-?\d+)"\}/g, '$1');

/** As a program gets a value in an argument, and a person reads it: words as they are, all else as JSON. */
export const valueText = (value: ParamValue): string => (typeof value === 'string' ? value : jsonText(value));

/** A value in a table; nothing where a point lacks the parameter. */
export const cellText = (value: ParamValue | undefined): string =>
  value === undefined ? '' : valueText(value);

export const isNumber = (value: ParamValue | undefined): boolean =>
  typeof value === 'number' || digitsOf(value) !== null;

/** Whether two values are one: 1 and 1.0 are, and mappings whose names stand in another order. */
export const isSameValue = (one: ParamValue | undefined, other: ParamValue | undefined): boolean =>
  one === other || (isHolder(one) && isHolder(other) && canonicalJson(one) === canonicalJson(other));

const isHolder = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isHolder(value) && !Array.isArray(value);

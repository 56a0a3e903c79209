import { closest, distance } from 'fastest-levenshtein';

/** The known name that `name` is probably meant to be; null where none is like it. */
export function nearestName(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const lower = name.toLowerCase();
  const byLower = new Map(known.map((one) => [one.toLowerCase(), one]));
  const found = byLower.get(closest(lower, [...byLower.keys()]));
  if (found === undefined) return null;
  const edits = distance(lower, found.toLowerCase());
  return edits <= Math.max(name.length, found.length) / 2 ? found : null;
}

/** So long a word says what is meant, and so many names that have it in them are few enough to choose from. */
const leastLetters = 4;
const mostNames = 3;

/** The same of a key, for a sentence: `gpuMemory or hostMemory` where it is a word of several. */
export function nearestKeys(key: string, known: readonly string[]): string | null {
  const holding = known.filter((one) => one.toLowerCase().includes(key.toLowerCase()));
  const isTold = key.length >= leastLetters && holding.length > 1 && holding.length <= mostNames;
  return isTold ? holding.join(' or ') : nearestName(key, known);
}

/**
 * Whether `name` is a slip of `known`: at most two edits apart, and not so short that nothing of it is left
 * (`{i}` is no slip of `lr`).
 */
export function isSlipOf(name: string, known: string): boolean {
  const edits = distance(name.toLowerCase(), known.toLowerCase());
  return edits <= 2 && edits < Math.max(name.length, known.length);
}

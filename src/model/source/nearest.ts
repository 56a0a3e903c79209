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

/**
 * Whether `name` is a slip of `known`: at most two edits apart, and not so short that nothing of it is left
 * (`{i}` is no slip of `lr`).
 */
export function isSlipOf(name: string, known: string): boolean {
  const edits = distance(name.toLowerCase(), known.toLowerCase());
  return edits <= 2 && edits < Math.max(name.length, known.length);
}

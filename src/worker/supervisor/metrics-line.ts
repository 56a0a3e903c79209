import type { MetricsLine } from '../../model/metrics.ts';

/**
 * A line of JSON as a metrics line; null where it is no object or has nothing to keep. Nested values are left out.
 *
 * Python's json module writes NaN and Infinity, which are not JSON (RFC 8259, 6): they are understood and kept as the
 * words that they are, so that the outcome can say which metric it was.
 */
export function parseMetricsLine(text: string): MetricsLine | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return null;
  const value = parse(trimmed) ?? parse(quoteWords(trimmed));
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value).flatMap(([name, item]) =>
    isKept(item) ? [[name, spell(item)] as const] : [],
  );
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Puts quotes around NaN and Infinity outside of strings. */
const quoteWords = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );

const isKept = (item: unknown): item is MetricsLine[string] =>
  item === null || typeof item === 'number' || typeof item === 'string' || typeof item === 'boolean';

/** 1e999 is read as infinite: the word for it goes where JSON has no number. */
const spell = (item: MetricsLine[string]): MetricsLine[string] =>
  typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;

/** A number as programs print it: `0.91`, `1e-3`, `91 %`, `nan`, `-inf`; null where it is none. */
export function parsePrinted(text: string): number | string | null {
  const word = text.trim().toLowerCase();
  if (/^[-+]?nan$/.test(word)) return 'NaN';
  const infinite = /^([-+]?)inf(?:inity)?$/.exec(word);
  if (infinite !== null) return infinite[1] === '-' ? '-Infinity' : 'Infinity';
  const value = word === '' ? Number.NaN : Number(word);
  return Number.isFinite(value) ? value : null;
}

import type { MetricsLine } from '../../model/result/metrics.ts';
import { readNumber } from '../../model/printed/printed-number.ts';

/** An object in a text, and where it ends. */
export interface FoundObject {
  /** Its plain values by their names; null where it has none. */
  readonly line: MetricsLine | null;
  readonly end: number;
}

/**
 * The object that begins at `at`, as JSON or as Python prints a dict: with NaN, single quotes, True and None,
 * `np.float64(0.875)`, `<Model at 0x7f>`. Nested values are passed over as a whole, so that no object inside of another is
 * ever taken for one of its own. Null where none begins there, or it does not end.
 */
export function objectAt(text: string, at: number): FoundObject | null {
  const entries: [string, MetricsLine[string]][] = [];
  let next = behindSpace(text, at + 1);
  if (text[at] !== '{') return null;
  if (text[next] === '}') return { line: null, end: next + 1 };
  for (;;) {
    const name = stringAt(text, next);
    if (name === null) return null;
    const colon = behindSpace(text, name.end);
    if (text[colon] !== ':') return null;
    const value = valueAt(text, behindSpace(text, colon + 1));
    if (value === null) return null;
    if (value.kept !== undefined) entries.push([name.value, value.kept]);
    next = behindSpace(text, value.end);
    if (text[next] === '}')
      return { line: entries.length === 0 ? null : Object.fromEntries(entries), end: next + 1 };
    if (text[next] !== ',') return null;
    next = behindSpace(text, next + 1);
    if (text[next] === '}')
      return { line: entries.length === 0 ? null : Object.fromEntries(entries), end: next + 1 };
  }
}

function valueAt(text: string, at: number): { kept: MetricsLine[string] | undefined; end: number } | null {
  const string = stringAt(text, at);
  if (string !== null) return { kept: string.value, end: string.end };
  const end = endOfValue(text, at);
  if (end === null) return null;
  const token = text.slice(at, end).trim();
  const word = words.get(token);
  return { kept: word === undefined ? (readNumber(token) ?? undefined) : word, end };
}

const words: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['null', null],
  ['None', null],
]);

/** Behind a value that is no string: before the comma or the brace that closes the object. */
function endOfValue(text: string, from: number): number | null {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (depth === 0 && (sign === ',' || sign === '}')) return at > from ? at : null;
    if ('{[('.includes(sign)) depth += 1;
    else if ('}])'.includes(sign)) depth -= 1;
    else if (sign === '"' || sign === "'") {
      const string = stringAt(text, at);
      if (string === null) return null;
      at = string.end - 1;
    }
  }
  return null;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function stringAt(text: string, at: number): { readonly value: string; readonly end: number } | null {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return null;
  let value = '';
  for (let next = at + 1; next < text.length; next += 1) {
    const sign = text[next] ?? '';
    if (sign === quote) return { value, end: next + 1 };
    if (sign === '\n') return null; // neither JSON nor Python's repr has one in a string
    if (sign !== '\\') {
      value += sign;
      continue;
    }
    next += 1;
    const code = /^(?:u([\da-fA-F]{4})|x([\da-fA-F]{2}))/.exec(text.slice(next, next + 5));
    const escaped = text[next] ?? '';
    value +=
      code === null
        ? (escapes[escaped] ?? escaped)
        : String.fromCharCode(Number.parseInt(code[1] ?? code[2] ?? '', 16));
    next += code === null ? 0 : code[0].length - 1;
  }
  return null;
}

export function behindSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
  return at;
}

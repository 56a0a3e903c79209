/** Takes the values of `passEnv` out of what a program said, before it is written down or sent. */
import type { MetricsLine } from '../../model/result/metrics.ts';
import { readsAsNumber, spellingsOf } from '../../model/command/passed-value.ts';
import { learn, type Prints } from './prints.ts';

/** A text that shows the value of a variable. */
export interface Spelling {
  readonly name: string;
  readonly text: string;
}

/** Where bytes show a value: from the first, up to the one behind the last. */
export interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export const spellingsOfAll = (passed: Readonly<Record<string, string>>): Spelling[] =>
  Object.entries(passed).flatMap(([name, value]) => spellingsOf(value).map((text) => ({ name, text })));

export class Redaction {
  #spellings: readonly Spelling[];
  /** Of values that are not known any more; they are learned when they are seen. */
  readonly #prints: Prints | null;

  constructor(spellings: readonly Spelling[], prints: Prints | null = null) {
    this.#spellings = spellings;
    this.#prints = prints;
  }

  /** Whether there is nothing to be taken out. */
  get isEmpty(): boolean {
    return this.#spellings.length === 0 && this.#prints === null;
  }

  /** In bytes, of what is looked for. */
  get longestBytes(): number {
    const known = this.#spellings.map(({ text }) => Buffer.byteLength(text));
    return Math.max(0, ...known, ...(this.#prints?.values.map(({ bytes }) => bytes) ?? []));
  }

  text(text: string): string {
    return this.#shown(text, 0);
  }

  /** The end of a longer text, without what may be the end of a value at its beginning. */
  tail(text: string): string {
    return this.#shown(text, this.longestBytes);
  }

  /** Strings alone: a number is one, whatever a value says. @param objective names that the sweep file says itself */
  line(line: MetricsLine, objective: string): MetricsLine {
    if (this.isEmpty) return line;
    return Object.fromEntries(
      Object.entries(line).map(([name, value]) => [
        name === objective ? name : this.text(name),
        typeof value === 'string' && !isNumberWord(value) ? this.text(value) : value,
      ]),
    );
  }

  /** Where bytes, as a latin1 text, show values. */
  spans(bytes: string): Span[] {
    this.#learnFrom(bytes);
    const spellings = this.#spellings.map(({ name, text }) => ({ name, text: bytesOf(text) }));
    return spansIn(bytes, spellings);
  }

  /** How many of the last bytes may be the beginning of a value, of which the rest is yet to be written. */
  openEnd(bytes: string): number {
    if (this.#prints !== null) return Math.max(0, Math.min(bytes.length, this.longestBytes - 1));
    let longest = 0;
    for (const { text } of this.#spellings) {
      const spelling = bytesOf(text);
      for (let length = Math.min(spelling.length - 1, bytes.length); length > longest; length -= 1)
        if (bytes.endsWith(spelling.slice(0, length))) longest = length;
    }
    return longest;
  }

  #shown(text: string, begin: number): string {
    if (this.isEmpty) return text;
    this.#learnFrom(bytesOf(text));
    let shown = '';
    let at = begin;
    for (const { name, from, to } of spansIn(text, this.#spellings)) {
      if (to <= at) continue;
      shown += `${text.slice(at, from)}[${name}]`;
      at = to;
    }
    return shown + text.slice(at);
  }

  #learnFrom(bytes: string): void {
    if (this.#prints === null) return;
    const learned = learn(this.#prints, bytes, this.#spellings);
    if (learned.length > 0) this.#spellings = [...this.#spellings, ...learned];
  }
}

export const nothingSecret = new Redaction([]);

const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/**
 * Where a text shows any of them, in order: what one value has in common with the next is hidden with both, under the
 * name of the first. Looked for one by one, since a key of a thousand lines is too much for one regular expression.
 */
function spansIn(text: string, spellings: readonly Spelling[]): Span[] {
  const found = spellings.flatMap((spelling) => [...placesOf(text, spelling)]);
  const spans: Span[] = [];
  for (const span of found.sort((one, other) => one.from - other.from || other.to - one.to)) {
    const last = spans.at(-1);
    if (last === undefined || span.from >= last.to) spans.push(span);
    else if (span.to > last.to) spans.splice(-1, 1, { ...last, to: span.to });
  }
  return spans;
}

function* placesOf(text: string, spelling: Spelling): Generator<Span> {
  const isNumber = readsAsNumber(spelling.text);
  for (let from = text.indexOf(spelling.text); from >= 0; from = text.indexOf(spelling.text, from + 1)) {
    const to = from + spelling.text.length;
    if (!isNumber || !isInNumber(text, from, to)) yield { name: spelling.name, from, to };
  }
}

const isInNumber = (text: string, from: number, to: number): boolean =>
  /(?:[\d.]|\d[eE][-+]?)$/.test(text.slice(Math.max(0, from - 3), from)) ||
  /^\.?\d/.test(text.slice(to, to + 2));

/** How a metric that is no number is kept (model/printed/printed-number.ts). */
const isNumberWord = (value: string): boolean => /^(?:NaN|-?Infinity)$/.test(value);

/** Takes the values of `passEnv` out of what a program said, before it is written down or sent. */
import type { MetricsLine } from '../../model/metrics.ts';
import { readsAsNumber, spellingsOf } from '../../model/passed-value.ts';
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
  #texts: RegExp | null = null;
  #bytes: RegExp | null = null;

  constructor(spellings: readonly Spelling[], prints: Prints | null = null) {
    this.#spellings = [];
    this.#prints = prints;
    this.#know(spellings);
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
    if (this.isEmpty) return text;
    this.#learnFrom(bytesOf(text));
    const expression = this.#texts;
    return expression === null ? text : text.replace(expression, (found) => `[${this.#nameOf(found)}]`);
  }

  /** The end of a longer text, without what may be the end of a value at its beginning. */
  tail(text: string): string {
    return this.isEmpty ? text : this.text(text).slice(this.longestBytes);
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
    if (this.#bytes === null) return [];
    return [...bytes.matchAll(this.#bytes)].map((match) => ({
      name: this.#nameOf(Buffer.from(match[0], 'latin1').toString('utf8')),
      from: match.index,
      to: match.index + match[0].length,
    }));
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

  #learnFrom(bytes: string): void {
    if (this.#prints === null) return;
    const learned = learn(this.#prints, bytes, this.#spellings);
    if (learned.length > 0) this.#know([...this.#spellings, ...learned]);
  }

  #know(spellings: readonly Spelling[]): void {
    // Where one begins with another, the longer is the one that was meant.
    this.#spellings = [...spellings].sort((one, other) => other.text.length - one.text.length);
    if (this.#spellings.length === 0) return;
    const texts = this.#spellings.map(({ text }) => text);
    this.#texts = new RegExp(texts.map(patternOf).join('|'), 'g');
    this.#bytes = new RegExp(texts.map((text) => patternOf(bytesOf(text))).join('|'), 'g');
  }

  #nameOf(found: string): string {
    return this.#spellings.find(({ text }) => text === found)?.name ?? '';
  }
}

export const nothingSecret = new Redaction([]);

const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

function patternOf(text: string): string {
  const escaped = text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  return readsAsNumber(text) ? `(?<![\\d.]|\\d[eE][-+]?)${escaped}(?!\\.?\\d)` : escaped;
}

/** How a metric that is no number is kept (metrics-line.ts). */
const isNumberWord = (value: string): boolean => /^(?:NaN|-?Infinity)$/.test(value);

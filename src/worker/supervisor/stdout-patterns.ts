import type { MetricsLine } from '../../model/result/metrics.ts';
import { withoutColours } from '../../model/printed/printed-lines.ts';
import { numberSource, readNumber } from '../../model/printed/printed-number.ts';
import { saysNone } from '../../model/printed/unread-figure.ts';
import type { TailLine } from '../spool/text-tail.ts';
import { otherName } from './other-name.ts';

const placeholder = /\{([A-Za-z_][\w.-]*)\}/g;

/** What may stand behind a number: it is whole there. Not `1,234.5`, `1'234`, `0,91`, `70/100`, `0.7.1`, `12h`, `1e`, `0.9-0.1`. */
const wholeEnd = String.raw`(?=$|\s|%(?!\w)|['*](?!\d)|[)\]}>"\x60;!?(±|│┃║…]|,(?![\d.])|[.:]+(?:\s|$))`;

/**
 * What makes another figure of the number before it, with a space between: `9907 / 10000`, `1.5 × 10^-3`, and thousands as
 * French, Russian and SI write them: `1 234.5`.
 */
const goesOn =
  String.raw`(?:\s{0,9}\/\s{0,9}\d|\s{0,9}[×xX*·⋅]\s{0,9}10\s{0,9}(?:\^|\*\*|[⁰¹²³⁴-⁹⁻])|[\u00a0\u2009\u202f]\d` +
  String.raw`|(?<=(?<![\d.,])[1-9]\d{0,2}) \d{3}(?![\w/:%]))`;

/** Behind what no number begins: another sign of it would be left out. */
const notWithin = String.raw`(?<![\w.+\u2212\u2013-]|\d[,/:'’\u00a0\u2009\u202f]|\d\s{1,9}\/\s{0,9})`;

/** Of what stands where a number should. Not less than a secret may have, which is hidden in it later as a whole. */
const longestText = 4_096;

interface Pattern {
  readonly text: string;
  readonly names: readonly string[];
  readonly expression: RegExp;
  /** Whether it begins with a letter or a digit, so that a word before it would make another name of it. */
  readonly beginsWithWord: boolean;
  /** Whether words of its own stand before its first figure. */
  readonly isPlaced: boolean;
}

/**
 * `val_acc: {val_accuracy}` finds the number behind these words, wherever they stand in a line. What stands there and is no
 * number is found as a text: up to the pattern's next words, or the next space.
 */
function compile(pattern: string): Pattern {
  const names = [...pattern.matchAll(placeholder)].map(([, name = '']) => name);
  const literals = pattern.split(placeholder).filter((_, index) => index % 2 === 0);
  const [first = ''] = literals;
  let source = first.trim() === '' ? notWithin : literal(first.replace(/^\s+/, ''));
  names.forEach((_, index) => {
    const isKnownPlace =
      literals
        .slice(0, index + 1)
        .join('')
        .trim() !== '';
    source += valueBefore(literals[index + 1] ?? '', index, index === names.length - 1, isKnownPlace);
  });
  return {
    text: pattern,
    names,
    expression: new RegExp(source, 'g'),
    beginsWithWord: /^\s*[\p{L}\p{N}_]/u.test(first),
    isPlaced: first.trim() !== '',
  };
}

/** The value of a placeholder and the pattern's words behind it: a number in one group, or a text in the next. */
function valueBefore(words: string, index: number, isLast: boolean, isKnownPlace: boolean): string {
  // A lookahead is not gone back into: a number is taken whole, or not at all.
  const number = `(?=(${numberSource}))\\${2 * index + 1}`;
  const end = words.trim() === '' || /^\s/.test(words) ? wholeEnd : '';
  const more = words.trim() === '' ? goesOn : '(?!)';
  const signs = String.raw`\S{1,${longestText}}${words === '' ? '' : '?'}`;
  // Without words before it, any text could stand there.
  const text = isKnownPlace ? String.raw`(${signs}(?:${more}\S{0,${longestText}}){0,4})` : '(?!)()';
  // `{acc}.` reads a sentence, not the beginning of 0.7.1.
  const after = isLast && /[.,]$/.test(words) ? String.raw`(?!\d)` : '';
  return `(?:${number}${end}(?!${more})|${text})${literal(words)}${after}`;
}

const literal = (text: string): string =>
  text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`).replace(/\s+/g, String.raw`\s+`);

/**
 * Reads metrics from what a program prints anyway. Numbers of one line belong together, and so do those of the lines
 * after it until one of them comes again: `epoch 3`, `loss: 0.2`, `val_acc: 0.9` on three lines are one metrics line.
 */
export class StdoutPatterns {
  readonly #patterns: readonly Pattern[];
  readonly #open = new Map<string, number | string>();
  #openAt: number | null = null;
  #passedOver: string | null = null;

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map(compile);
  }

  /** Where the first line begins whose numbers are not given out yet; null where all are. */
  get openAt(): number | null {
    return this.#openAt;
  }

  /** The pattern that would have read the last line in which a word made another name of a pattern's own; null: none. */
  get passedOver(): string | null {
    return this.#passedOver;
  }

  /** The file was cut. */
  moved(place: (at: number) => number): void {
    if (this.#openAt !== null) this.#openAt = place(this.#openAt);
  }

  read(lines: readonly TailLine[], complete: boolean): MetricsLine[] {
    const found: MetricsLine[] = [];
    for (const { text, at } of lines) {
      const values = this.#match(withoutColours(text));
      if (values.length === 0) continue;
      if (values.some(([name, value]) => this.#comesAgain(name, value))) found.push(this.#take());
      this.#openAt ??= at;
      for (const [name, value] of values)
        if (!isWord(value) || !this.#open.has(name)) this.#open.set(name, value);
    }
    if (complete && this.#open.size > 0) found.push(this.#take());
    return found;
  }

  /** A word where a number should be begins no line and ends none, unless it says that there is no number. */
  #comesAgain(name: string, value: number | string): boolean {
    const before = this.#open.get(name);
    const tells = !isWord(value) || saysNone(String(value));
    return before !== undefined && !isWord(before) && tells;
  }

  #take(): MetricsLine {
    const line = Object.fromEntries(this.#open);
    this.#open.clear();
    this.#openAt = null;
    return line;
  }

  #match(line: string): [name: string, value: number | string][] {
    return this.#patterns.flatMap((pattern) => {
      const values = new Map<string, Set<number | string>>();
      for (const match of this.#matches(pattern, line))
        for (const [name, value] of valuesOf(pattern, match))
          values.set(name, (values.get(name) ?? new Set()).add(value));
      return [...values].map(([name, said]): [string, number | string] => [name, oneOf([...said])]);
    });
  }

  /** Where a pattern that begins with a figure begins again, nobody knows: it is taken once. */
  *#matches(
    { text, expression, beginsWithWord, isPlaced }: Pattern,
    line: string,
  ): Generator<RegExpExecArray> {
    expression.lastIndex = 0;
    for (let match = expression.exec(line); match !== null; match = expression.exec(line)) {
      const start = match.index + match[0].length - match[0].trimStart().length;
      const word = beginsWithWord ? otherName(line, start) : null;
      if (word === null) {
        yield match;
        if (!isPlaced) return;
      } else {
        this.#passedOver = word + text.trimStart();
        expression.lastIndex = match.index + 1;
      }
    }
  }
}

function valuesOf({ names }: Pattern, match: RegExpExecArray): [name: string, value: number | string][] {
  return names.flatMap((name, index): [string, number | string][] => {
    const number = match[2 * index + 1];
    const value = number === undefined ? match[2 * index + 2] : readNumber(number);
    return value === undefined || value === null ? [] : [[name, value]];
  });
}

/** Of a line that says one name twice (`train: acc 0.9 | val: acc 0.8`), nobody knows which figure is meant. */
function oneOf(said: readonly (number | string)[]): number | string {
  const [one = '', other] = said.every(isWord) ? said.slice(0, 1) : said.filter((value) => !isWord(value));
  return other === undefined ? one : `${one} and ${other} (in one line)`;
}

/** What is no number and holds no figure either: `N/A`, `None`, `-`. */
const isWord = (value: number | string): boolean =>
  typeof value === 'string' && readNumber(value) === null && !/\p{Nd}/u.test(value);

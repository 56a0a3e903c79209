import { harmless } from './printable.ts';

const escape = '\u001b';
const colours = new RegExp(String.raw`(${escape}\[[\d;:]*m)`);
/** Keras and tqdm draw their bars over their own line by these. */
const movesInLine = /([\r\b])/;
/** A sequence of colours that goes on in the next piece; a longer one is none. */
const unfinished = new RegExp(String.raw`${escape}(?:\[[\d;:]{0,40})?$`);
const plain = `${escape}[0m`;

/**
 * The output of a program for a terminal, piece by piece: it keeps its colours and may draw over its own line, and all
 * else is harmless. Pure.
 */
export class PrintedText {
  #held = '';
  #isColoured = false;

  /** @returns what can be shown by now */
  take(piece: string): string {
    const text = this.#held + piece;
    this.#held = unfinished.exec(text)?.[0] ?? '';
    return this.#show(text.slice(0, text.length - this.#held.length));
  }

  /** @returns the rest, and the terminal's own colours again */
  end(): string {
    const rest = this.#show(this.#held);
    this.#held = '';
    return this.#isColoured ? rest + plain : rest;
  }

  #show(text: string): string {
    return text
      .split(colours)
      .map((part, index) => (index % 2 === 1 ? this.#colour(part) : harmlessLines(part)))
      .join('');
  }

  #colour(sequence: string): string {
    this.#isColoured = true;
    return sequence;
  }
}

const harmlessLines = (text: string): string =>
  text
    .split(movesInLine)
    .map((part, index) => (index % 2 === 1 ? part : harmless(part)))
    .join('');

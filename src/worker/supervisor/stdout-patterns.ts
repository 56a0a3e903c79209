import type { MetricsLine } from '../../model/metrics.ts';
import { parsePrinted } from './metrics-line.ts';

const number =
  '([-+]?(?:\\d+\\.?\\d*(?:[eE][-+]?\\d+)?|\\.\\d+(?:[eE][-+]?\\d+)?|[nN]a[nN]|[iI]nf(?:inity)?))';
const placeholder = /\{([A-Za-z_][\w.-]*)\}/g;

interface Pattern {
  readonly names: readonly string[];
  readonly expression: RegExp;
}

/** `val_acc: {val_accuracy}` finds the number behind these words, wherever they stand in a line. */
function compile(pattern: string): Pattern {
  const names = [...pattern.matchAll(placeholder)].map(([, name = '']) => name);
  const literals = pattern.split(placeholder).filter((_, index) => index % 2 === 0);
  const source = literals.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'));
  return { names, expression: new RegExp(source.join(number)) };
}

/**
 * Reads metrics from what a program prints anyway. Numbers of one line belong together, and so do those of the lines
 * after it until one of them comes again: `epoch 3`, `loss: 0.2`, `val_acc: 0.9` on three lines are one metrics line.
 */
export class StdoutPatterns {
  readonly #patterns: readonly Pattern[];
  #open = new Map<string, number | string>();

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map(compile);
  }

  read(lines: readonly string[], complete: boolean): MetricsLine[] {
    const found: MetricsLine[] = [];
    for (const line of lines) {
      const values = this.#match(line);
      if (values.some(([name]) => this.#open.has(name))) found.push(this.#take());
      for (const [name, value] of values) this.#open.set(name, value);
    }
    if (complete && this.#open.size > 0) found.push(this.#take());
    return found;
  }

  #take(): MetricsLine {
    const line = Object.fromEntries(this.#open);
    this.#open.clear();
    return line;
  }

  #match(line: string): [name: string, value: number | string][] {
    const values: [string, number | string][] = [];
    for (const { names, expression } of this.#patterns) {
      const match = expression.exec(line);
      names.forEach((name, index) => {
        const value = parsePrinted(match?.[index + 1] ?? '');
        if (value !== null) values.push([name, value]);
      });
    }
    return values;
  }
}

import type { MetricsLine } from '../../model/result/metrics.ts';
import { readNumber } from '../../model/printed/printed-number.ts';
import type { Redaction } from '../secrets/redaction.ts';

/**
 * Characters of a line's names and texts that are kept: a journal and a message hold many lines, and a curve of thousands of
 * values a line is no metrics line. What is longer keeps the objective and as much else as fits, and says what it left out.
 */
const mostChars = 64 * 1024;
const longestText = 4 * 1024;
/** Of a number, with what JSON puts around it. */
const charsOfValue = 24;

/** A line as it is kept: without the values of secrets, its numbers as numbers, no longer than lines may be. */
export function keptForm(line: MetricsLine, redaction: Redaction, objective: string): MetricsLine {
  // Only then, since a number shows a value that a text would have hidden.
  const entries = Object.entries(redaction.line(line, objective)).map(
    ([name, value]): [string, MetricsLine[string]] => [
      name,
      name === objective ? withNumber(value) : asSaid(value),
    ],
  );
  return Object.fromEntries(fits(entries) ? entries : fitted(entries, objective));
}

/** `"0.3100"`, `"5e-05"` and `"nan"` are figures of a metric; `"007"`, `"1e5"` and more digits than a double holds are names. */
const figure =
  /^-?(?:0|[1-9]\d{0,16})(?:\.\d{1,17}(?:e[-+]?\d{1,3})?|e[-+]\d{1,3})?$|^[-+]?(?:nan|inf|infinity)$/i;

const asSaid = (value: MetricsLine[string]): MetricsLine[string] =>
  typeof value === 'string' && !figure.test(value) ? shortened(value) : withNumber(value);

const withNumber = (value: MetricsLine[string]): MetricsLine[string] =>
  typeof value === 'string' ? (readNumber(value) ?? shortened(value)) : value;

const shortened = (text: string): string =>
  text.length <= longestText
    ? text
    : `${text.slice(0, longestText)}… (${text.length.toLocaleString('en')} characters)`;

type Entries = readonly (readonly [string, MetricsLine[string]])[];

const charsOf = ([name, value]: Entries[number]): number =>
  name.length + (typeof value === 'string' ? value.length : 0) + charsOfValue;

const fits = (entries: Entries): boolean =>
  entries.reduce((sum, entry) => sum + charsOf(entry), 0) <= mostChars;

function fitted(entries: Entries, objective: string): Entries {
  const first = (name: string): boolean => name === objective || name === 'final' || name === 'step';
  let chars = 0;
  const kept = [
    ...entries.filter(([name]) => first(name)),
    ...entries.filter(([name]) => !first(name)),
  ].filter((entry) => (chars += charsOf(entry)) <= mostChars || entry[0] === objective);
  const said = `${(entries.length - kept.length).toLocaleString('en')} of ${entries.length.toLocaleString('en')} values`;
  return [...kept, ['left out', said]];
}

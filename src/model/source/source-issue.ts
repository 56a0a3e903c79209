import { digitsOf } from '../value.ts';

/** Where a key or a value stands in a file that a person wrote; both count from 1. */
export interface Position {
  readonly path: string;
  /** Null where the text has no lines: a `--set` of the command line. */
  readonly line: number | null;
  readonly column: number | null;
}

export type KeyPath = readonly (string | number)[];

/** What is wrong in a file that a person wrote, where, and what would be right (P8). */
export interface SourceIssue extends Position {
  /** As people write it: `grid.dropout[2]`; empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
  /** The known name that an unknown one is probably meant to be. */
  readonly nearest: string | null;
}

export function issueAt(
  position: Position,
  key: KeyPath,
  message: string,
  nearest: string | null = null,
): SourceIssue {
  return { ...position, key: renderKeyPath(key), message, nearest };
}

/** One line for a person: `sweeps/x.yaml:12:7  grid.dropout[2]: 1.5 is not in [0, 1)`. */
export function renderIssue(issue: SourceIssue): string {
  const place = [issue.path, issue.line, issue.column].filter((part) => part !== null).join(':');
  const key = issue.key === '' ? '' : `${issue.key}: `;
  const nearest = issue.nearest === null ? '' : `; did you mean ${issue.nearest}?`;
  return `${place}  ${key}${issue.message}${nearest}`;
}

/** As a reader meets them, top to bottom. */
export const inFileOrder = (issues: readonly SourceIssue[]): SourceIssue[] =>
  issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));

export function renderKeyPath(path: KeyPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** A value as a person would recognise it in a message: words in quotes, long ones cut. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  const digits = digitsOf(value);
  if (typeof value === 'object' && digits === null) return 'a mapping';
  return cut(digits ?? (typeof value === 'number' ? String(value) : JSON.stringify(value)));
}

/** Enough of a text to know it by. */
export const cut = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

import { issueAt, type KeyPath, type SourceIssue } from './source-issue.ts';
import type { Locate } from './source.ts';

const message = 'has a NUL character (\\0), which no argument, variable or path of a program can have';

/** Texts of a file that end, for the system, before they end (execve(2) takes strings that a NUL ends). */
export function nulIssues(value: unknown, locate: Locate, key: KeyPath = []): SourceIssue[] {
  if (typeof value === 'string') return value.includes('\0') ? [issueAt(locate(key), key, message)] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => nulIssues(item, locate, [...key, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    name.includes('\0')
      ? [issueAt(locate([...key, name], 'key'), key, `has a name that ${message}`)]
      : nulIssues(item, locate, [...key, name]),
  );
}

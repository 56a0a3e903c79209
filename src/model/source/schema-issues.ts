import type { z } from 'zod';
import { nearestKeys, nearestName } from './nearest.ts';
import { type KeyPath, type SourceIssue, issueAt, showValue } from './source-issue.ts';
import { type Locate, valueAt } from './source.ts';

type ZodIssue = z.core.$ZodIssue;

/** What the translation knows of a file besides its schema. */
export interface SchemaWords {
  readonly locate: Locate;
  /** The keys that a mapping may have, where the schema closes it; null where they are free. */
  keysAt(key: KeyPath): readonly string[];
  /** Keys that the format has and that are not built yet. */
  readonly notYet: ReadonlySet<string>;
  /** What to write for a key of another tool's files; null where it is nobody's. */
  ownWordsFor(key: KeyPath, given: unknown): string | null;
}

/** Says in plain sentences, with positions, what a schema found wrong with `value`. */
export function schemaIssues(issues: readonly ZodIssue[], value: unknown, words: SchemaWords): SourceIssue[] {
  return issues.flatMap((issue) => translate(issue, [], value, words));
}

function translate(issue: ZodIssue, above: KeyPath, value: unknown, words: SchemaWords): SourceIssue[] {
  const key = [...above, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(
      (name) => foreignKey([...key, name], value, words) ?? unknownKey([...key, name], words),
    );
  if (issue.code === 'invalid_union') {
    const branch = bestBranch(issue.errors);
    if (branch !== null) return branch.flatMap((inner) => translate(inner, key, value, words));
  }
  if (issue.code === 'invalid_key')
    return [issueAt(words.locate(key, 'key'), key, issue.issues[0]?.message ?? issue.message)];
  const given = valueAt(value, key);
  if (given === undefined && key.length > 0) return [missingKey(key, issue, words)];
  return [
    foreignKey(key, value, words) ??
      issueAt(words.locate(key), key, describe(issue, given), nearestChoice(issue, given)),
  ];
}

/** A key of another tool's file, where labsweep does not read it. */
function foreignKey(key: KeyPath, value: unknown, words: SchemaWords): SourceIssue | null {
  const own = words.ownWordsFor(key, valueAt(value, key));
  return own === null ? null : issueAt(words.locate(key, 'key'), key, `is no key here: ${own}`);
}

function unknownKey(key: KeyPath, words: SchemaWords): SourceIssue {
  const name = String(key.at(-1));
  const position = words.locate(key, 'key');
  if (words.notYet.has(name))
    return issueAt(position, key, `is not there yet: a later version of labsweep reads it`);
  const known = words.keysAt(key.slice(0, -1));
  const section = key.length === 1 ? known.find((one) => words.keysAt([one]).includes(name)) : undefined;
  if (section !== undefined) return issueAt(position, key, `is a key of \`${section}\`; move it there`);
  const nearest = nearestKeys(name, known);
  if (nearest === null && key.length > 1 && words.keysAt([]).includes(name))
    return issueAt(position, key, `is a key of the file itself; move it to the first level`);
  return issueAt(
    position,
    key,
    nearest === null ? `is no key here; the keys are ${known.join(', ')}` : 'is no key here',
    nearest,
  );
}

function missingKey(key: KeyPath, issue: ZodIssue, words: SchemaWords): SourceIssue {
  return issueAt(words.locate(key), key, `is missing: ${expectation(issue)}`);
}

function describe(issue: ZodIssue, given: unknown): string {
  if (given === null) return `has no value, and needs ${expectation(issue)}`;
  return `${showValue(given)} is not ${expectation(issue)}`;
}

/** zod's own messages speak of types of TypeScript; the schemas' own messages say what would be right. */
const isDefaultMessage = (issue: ZodIssue): boolean => /^(Invalid|Too|Unrecognized)/.test(issue.message);

function expectation(issue: ZodIssue): string {
  if (!isDefaultMessage(issue)) return issue.message;
  if (issue.code === 'invalid_type') return typeNames[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value')
    return issue.values.length === 1
      ? String(issue.values[0])
      : `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small')
    return issue.origin === 'array'
      ? `a list of at least ${issue.minimum}`
      : `${issue.inclusive === false ? 'above' : 'at least'} ${issue.minimum}`;
  if (issue.code === 'too_big') return `${issue.inclusive === false ? 'below' : 'at most'} ${issue.maximum}`;
  return 'what is read here';
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a word (quote it where YAML reads a number)',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of names',
};

function nearestChoice(issue: ZodIssue, given: unknown): string | null {
  if (issue.code !== 'invalid_value' || typeof given !== 'string') return null;
  return nearestName(given, issue.values.map(String));
}

/**
 * The alternative that a person most likely meant: the one with the least wrong. Null where the value is of the wrong
 * kind for each, so that the union's own message has to say what would be right.
 */
function bestBranch(branches: readonly (readonly ZodIssue[])[]): readonly ZodIssue[] | null {
  const weighed = branches
    .filter((issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0))
    .map((issues) => ({ issues, weight: issues.reduce((sum, issue) => sum + weightOf(issue), 0) }));
  return weighed.sort((a, b) => a.weight - b.weight)[0]?.issues ?? null;
}

const weightOf = (issue: ZodIssue): number => (issue.code === 'unrecognized_keys' ? issue.keys.length : 1);

import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { type KeyPath, type Position, issueAt, type SourceIssue } from './source-issue.ts';
import { paramValueSchema } from '../grid/params.ts';
import { type Source, valueAt } from './source.ts';
import type { ParamValue } from '../value.ts';
import { keepNumbers } from './yaml-numbers.ts';

export type ReadSource =
  | { readonly kind: 'source'; readonly source: Source }
  | { readonly kind: 'refused'; readonly issues: readonly SourceIssue[] };

/** Reads YAML 1.2, in which `no` is a word. What is no YAML is refused with its position. */
export function readYaml(text: string, path: string): ReadSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    logLevel: 'error',
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { path, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const refused = (offset: number, message: string): ReadSource => ({
    kind: 'refused',
    issues: [issueAt(position(offset), [], message)],
  });
  // What follows from the first error is mostly its echo.
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return refused(error.pos[0], explain(error, text));
  if (document.contents === null)
    return refused(0, 'is empty; a sweep starts with `sweep: NAME` and a `program:`');
  const forbidden = forbiddenKey(document);
  if (forbidden !== null) return refused(forbidden, `${forbiddenName} is no name`);
  const circle = selfHeld(document);
  if (circle !== null) return refused(circle, 'this alias stands for what it is a part of');
  const changed = keepNumbers(document);
  if (changed !== null) return refused(changed.offset, changed.message);
  markEmpty(document);
  const value = plain(document);
  if (value.kind === 'unreadable') return refused(0, value.message);
  const locate: Source['locate'] = (key, target = 'value') => position(offsetOf(document, key, target));
  return {
    kind: 'source',
    source: { path, value: value.value, locate, has: (key) => descend(document, key).depth === key.length },
  };
}

/** One value as a sweep file would have it; undefined where the text is none. */
export function readValue(text: string): ParamValue | undefined {
  const read = readYaml(`- ${text}`, '');
  const value = read.kind === 'source' ? valueAt(read.source.value, [0]) : undefined;
  const parsed = paramValueSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** A name that labsweep reads as a parameter, a variable or a case, and nowhere else. */
export const forbiddenName = '__proto__';

/** Where a mapping other than of parameters has the forbidden name; null where none has. */
function forbiddenKey(document: Document): number | null {
  const found: number[] = [];
  visit(document, {
    Pair: (_, { key }, above) => {
      if (isScalar(key) && key.value === forbiddenName && !holdsNames(above)) found.push(key.range?.[0] ?? 0);
    },
  });
  return found[0] ?? null;
}

const namesBelow: ReadonlySet<unknown> = new Set(['fixed', 'grid', 'env']);

const holdsNames = (above: readonly unknown[]): boolean =>
  above.some((node) => isPair(node) && isScalar(node.key) && namesBelow.has(node.key.value));

/** Where an alias is a part of what it stands for; null where none is. */
function selfHeld(document: Document): number | null {
  const found: number[] = [];
  visit(document, {
    Alias: (_, node, above) => {
      const target = node.resolve(document);
      if (target !== undefined && above.some((one) => one === target)) found.push(node.range?.[0] ?? 0);
    },
  });
  return found[0] ?? null;
}

/** Keys below which null is a value, if it is written. */
const valuesBelow: ReadonlySet<unknown> = new Set(['fixed', 'grid', 'exclude']);

/** A line that is left unfinished (`lr:`) has no value there: it does not say null. */
function markEmpty(document: Document): void {
  visit(document, {
    Scalar: (_, node, above) => {
      const holders = above.slice(0, -1).filter((one) => isPair(one));
      const isValue = holders.some(({ key }) => isScalar(key) && valuesBelow.has(key.value));
      if (isValue && node.value === null && (node.source ?? '') === '') node.value = undefined;
    },
  });
}

function plain(
  document: Document,
): { kind: 'plain'; value: unknown } | { kind: 'unreadable'; message: string } {
  try {
    return { kind: 'plain', value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return { kind: 'unreadable', message: error instanceof Error ? error.message : 'cannot be read' };
  }
}

interface Descent {
  readonly key: Node | null;
  readonly value: Node | null;
  /** How many parts of the path are there. */
  readonly depth: number;
}

function descend(document: Document, path: KeyPath): Descent {
  let at: Descent = { key: null, value: resolve(document, document.contents), depth: 0 };
  for (const part of path) {
    const next = child(at.value, part);
    if (next === null) return at;
    at = { key: next.key, value: resolve(document, next.value), depth: at.depth + 1 };
  }
  return at;
}

function child(node: Node | null, part: string | number): { key: Node | null; value: unknown } | null {
  if (isSeq(node)) {
    const item = node.items[Number(part)];
    return isNode(item) ? { key: item, value: item } : null;
  }
  if (!isMap(node)) return null;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  return pair === undefined ? null : { key: isNode(pair.key) ? pair.key : null, value: pair.value };
}

function resolve(document: Document, node: unknown): Node | null {
  if (!isNode(node)) return null;
  return isAlias(node) ? (node.resolve(document) ?? node) : node;
}

function offsetOf(document: Document, path: KeyPath, target: 'key' | 'value'): number {
  const { key, value, depth } = descend(document, path);
  const wanted = target === 'key' || depth < path.length ? (key ?? value) : (value ?? key);
  return wanted?.range?.[0] ?? 0;
}

/** The parser's words for what people really do wrong; for the rest its own first line. */
function explain(error: YAMLError, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    const name = /^[^:\n]*/.exec(text.slice(error.pos[0]))?.[0].trim() ?? '';
    // What stands before a lone colon is a key too: one without a name.
    return `${name === '' ? 'an empty key' : name} is there twice in one mapping; keep one`;
  }
  if (error.code === 'TAB_AS_INDENT') return 'a tab indents this line; YAML takes spaces';
  if (error.code === 'MULTIPLE_DOCS') return 'a second document starts here; a sweep file is one';
  return `no YAML: ${error.message.split('\n')[0] ?? ''}`;
}

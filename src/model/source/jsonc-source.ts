import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { type KeyPath, type Position, issueAt, type SourceIssue } from './source-issue.ts';
import { forbiddenName, type ReadSource } from './yaml-source.ts';

/** Reads JSON with comments and trailing commas. What is none, and a key that is there twice, is refused. */
export function readJsonc(written: string, path: string): ReadSource {
  // Some editors put a byte order mark first, which RFC 8259 lets a reader pass over.
  const text = written.replace(/^\uFEFF/, '');
  const position = positions(text, path);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined || root === undefined) {
    const message = text.trim() === '' ? 'is empty; an inventory is {"hosts": […]}' : explain(error);
    return { kind: 'refused', issues: [issueAt(position(error?.offset ?? 0), [], message)] };
  }
  const badKeys = keyIssues(root, position);
  if (badKeys.length > 0) return { kind: 'refused', issues: badKeys };
  const locate = (key: KeyPath, target: 'key' | 'value' = 'value'): Position =>
    position(offsetOf(root, key, target));
  const has = (key: KeyPath): boolean => find(root, key) !== undefined;
  return { kind: 'source', source: { path, value: getNodeValue(root), locate, has } };
}

function positions(text: string, path: string): (offset: number) => Position {
  return (offset) => {
    const before = text.slice(0, offset).split('\n');
    return { path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  };
}

const find = (root: Node, key: KeyPath): Node | undefined => findNodeAtLocation(root, [...key]);

function offsetOf(root: Node, key: KeyPath, target: 'key' | 'value'): number {
  const node = find(root, key);
  if (node === undefined) return key.length === 0 ? root.offset : offsetOf(root, key.slice(0, -1), 'key');
  const property = node.parent?.type === 'property' ? node.parent : node;
  return target === 'key' ? property.offset : node.offset;
}

function keyIssues(node: Node, position: (offset: number) => Position): SourceIssue[] {
  const seen = new Set<unknown>();
  return (node.children ?? []).flatMap((child) => {
    const inner = keyIssues(child, position);
    const [key] = node.type === 'object' ? (child.children ?? []) : [];
    if (key === undefined) return inner;
    const name = String(key.value);
    const again = seen.has(name);
    seen.add(name);
    if (name === forbiddenName) return [issueAt(position(key.offset), [], `${name} is no name`), ...inner];
    if (!again) return inner;
    return [issueAt(position(key.offset), [], `${name} is there twice in one object; keep one`), ...inner];
  });
}

/** `PropertyNameExpected` → `no JSON: property name expected`. */
function explain(error: ParseError | undefined): string {
  if (error === undefined) return 'no JSON';
  const words = printParseErrorCode(error.error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return `no JSON: ${words}`;
}

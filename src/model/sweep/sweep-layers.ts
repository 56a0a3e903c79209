/**
 * A sweep file may start from another (`extends`) and be changed on the command line (`--set`). The layers become one
 * value that still knows which of them wrote what.
 */
import { isMap, parseDocument } from 'yaml';
import { besideFile } from '../file-path.ts';
import { isMapping, type Locate, type Mapping, type Source, valueAt } from '../source/source.ts';
import { issueAt, type KeyPath, type Position, showValue, type SourceIssue } from '../source/source-issue.ts';
import { keepNumbers } from '../source/yaml-numbers.ts';
import { readYaml } from '../source/yaml-source.ts';
import { own, putOwn } from '../own.ts';

export type LayeredSweep =
  | {
      readonly kind: 'layered';
      readonly value: unknown;
      readonly locate: Locate;
    }
  | { readonly kind: 'refused'; readonly issues: readonly SourceIssue[] };

/** These mappings are merged key by key; any other key of a file replaces the one that it extends. */
const mergedKeys: ReadonlySet<unknown> = new Set(['fixed', 'grid', 'objective', 'resources', 'artifacts']);
/** Of these a file has one or the other. */
const exclusiveKeys: Mapping = { seeds: 'replicates', replicates: 'seeds' };
const ownOnly: ReadonlySet<string> = new Set(['sweep', 'extends']);

/** Reads `text` and what it extends. `set` holds what stands after each `--set`, like `fixed.epochs=2`. */
export function layerSweep(
  text: string,
  path: string,
  readExtended: (path: string) => string | null,
  set: readonly string[],
): LayeredSweep {
  const files: Source[] = [];
  let next: { text: string; path: string } | null = { text, path };
  while (next !== null) {
    const read = readYaml(next.text, next.path);
    if (read.kind === 'refused') return read;
    files.push(read.source);
    const extended = extendedBy(read.source, files, readExtended);
    if (extended.kind === 'refused') return extended;
    next = extended.next;
  }
  const merged = files.reduceRight<unknown>((base, { value }) => mergeOver(base, value), undefined);
  return overrideBySets({ kind: 'layered', value: merged, locate: locateIn(files) }, set);
}

function extendedBy(
  source: Source,
  files: readonly Source[],
  readExtended: (path: string) => string | null,
):
  | { kind: 'next'; next: { text: string; path: string } | null }
  | { kind: 'refused'; issues: SourceIssue[] } {
  const written = isMapping(source.value) ? source.value['extends'] : undefined;
  if (typeof written !== 'string') return { kind: 'next', next: null };
  const refuse = (message: string): { kind: 'refused'; issues: SourceIssue[] } => ({
    kind: 'refused',
    issues: [issueAt(source.locate(['extends']), ['extends'], message)],
  });
  const path = besideFile(source.path, written);
  if (files.some((file) => file.path === path)) return refuse(`${path} is extended by itself`);
  const text = readExtended(path);
  return text === null ? refuse(`there is no file ${path}`) : { kind: 'next', next: { text, path } };
}

function mergeOver(base: unknown, over: unknown): unknown {
  if (base === undefined || !isMapping(base) || !isMapping(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const key of ownOnly) delete merged[key];
  for (const [key, value] of Object.entries(over)) {
    delete merged[String(own(exclusiveKeys, key))];
    const below = own(base, key);
    const both = mergedKeys.has(key) && isMapping(below) && isMapping(value);
    put(merged, key, both ? overlay(below, value) : value);
  }
  return merged;
}

function overlay(below: Mapping, above: Mapping): Mapping {
  const merged = { ...below };
  for (const [key, value] of Object.entries(above)) put(merged, key, value);
  return merged;
}

/** `null` takes away what a lower layer says, and so does a key without a value. */
function put(mapping: Record<string, unknown>, key: string, value: unknown): void {
  if (value === null || value === undefined) delete mapping[key];
  else putOwn(mapping, key, value);
}

function locateIn(files: readonly Source[]): Locate {
  return (key, target) => {
    const owned = key.slice(0, mergedKeys.has(key[0]) ? 2 : 1);
    const owner = files.find((file) => file.has(owned)) ?? files.find((file) => file.has(key.slice(0, 1)));
    const [own] = files;
    if (own === undefined) throw new RangeError('a sweep has at least one file');
    return (owner ?? own).locate(key, target);
  };
}

function overrideBySets(layered: LayeredSweep & { kind: 'layered' }, set: readonly string[]): LayeredSweep {
  let { value, locate } = layered;
  for (const text of set) {
    const position: Position = { path: `--set ${text}`, line: null, column: null };
    const parsed = parseSet(text);
    if (parsed.kind === 'refused')
      return { kind: 'refused', issues: [issueAt(position, [], parsed.message)] };
    const key = keyIn(value, parsed.parts);
    const changed = setIn(value, key, parsed.value, 0);
    if (changed.kind === 'refused')
      return { kind: 'refused', issues: [issueAt(position, key, changed.message)] };
    const before = value;
    value = changed.value;
    const below = locate;
    // `--set fixd.epochs=2` has made the key fixd as well, which no file holds.
    const isMade = (asked: KeyPath): boolean =>
      asked.length > 0 && startsWith(key, asked) && valueAt(before, asked) === undefined;
    locate = (asked, target) => (startsWith(asked, key) || isMade(asked) ? position : below(asked, target));
  }
  return { kind: 'layered', value, locate };
}

type ParsedSet = { kind: 'set'; parts: string[]; value: unknown } | { kind: 'refused'; message: string };

function parseSet(text: string): ParsedSet {
  const [, key = '', written = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === '') return { kind: 'refused', message: 'write KEY=VALUE, like --set fixed.epochs=2' };
  const document = parseDocument(written, { prettyErrors: false, version: '1.2' });
  if (document.errors.length > 0 || (isMap(document.contents) && !written.trim().startsWith('{')))
    return {
      kind: 'refused',
      message: `${JSON.stringify(written)} is no value; write a number, a word or [a, list]`,
    };
  const changed = keepNumbers(document);
  if (changed !== null) return { kind: 'refused', message: changed.message };
  return { kind: 'set', parts: key.trim().split('.'), value: document.toJS() };
}

/** Names may have points themselves: where `fixed` has `optimizer.lr`, `fixed.optimizer.lr` means this parameter. */
function keyIn(at: unknown, parts: readonly string[], above: string | null = null): readonly string[] {
  const [first = '', ...rest] = parts;
  if (above === null && (rest.length === 0 || !isMapping(valueAt(at, [first]))))
    return first === 'fixed' && rest.length > 0 ? [first, rest.join('.')] : parts;
  const lengths = parts.map((_, index) => parts.length - index);
  const length = isMapping(at)
    ? lengths.find((count) => Object.hasOwn(at, parts.slice(0, count).join('.')))
    : undefined;
  // A new name in `fixed` is a parameter's; what is new in a grid may be a range: `grid.layers.from`.
  if (length === undefined) return above === 'fixed' && parts.length > 0 ? [parts.join('.')] : parts;
  const name = parts.slice(0, length).join('.');
  return [name, ...keyIn(valueAt(at, [name]), parts.slice(length), above === null ? name : '')];
}

function setIn(
  at: unknown,
  key: readonly string[],
  value: unknown,
  depth: number,
): { kind: 'set'; value: unknown } | { kind: 'refused'; message: string } {
  const part = key[depth];
  if (part === undefined) return { kind: 'set', value };
  if (at !== undefined && !isMapping(at)) {
    const above = key.slice(0, depth).join('.');
    return { kind: 'refused', message: `${above} is ${showValue(at)}; set ${above} as a whole` };
  }
  const inner = setIn(
    at !== undefined && Object.hasOwn(at, part) ? at[part] : undefined,
    key,
    value,
    depth + 1,
  );
  if (inner.kind === 'refused') return inner;
  return { kind: 'set', value: overlay(at ?? {}, { [part]: inner.value }) };
}

const startsWith = (key: KeyPath, head: KeyPath): boolean => head.every((part, i) => key[i] === part);

import { parseSync } from 'oxc-parser';

/** Where something stands in a file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Import extends Place {
  readonly specifier: string;
  /** Gone when the types are stripped. */
  readonly typeOnly: boolean;
}

interface NameUse extends Place {
  /** `setTimeout`, or `Math.random`. */
  readonly name: string;
}

export interface Module {
  readonly imports: readonly Import[];
  /** Every name that the code uses as a value and does not bind itself, and every `object.property`. */
  readonly names: readonly NameUse[];
}

export function placeIn(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** Reads what a module imports and names. @throws when it cannot be parsed */
export function readModule(path: string, text: string): Module {
  const { module, program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const placeOf = (offset: number): Place => placeIn(text, offset);
  const imports = [
    ...module.staticImports.map(({ start, moduleRequest, entries }) => ({
      ...placeOf(start),
      specifier: moduleRequest.value,
      typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ start, moduleRequest, isType }) =>
        moduleRequest === null
          ? []
          : [{ ...placeOf(start), specifier: moduleRequest.value, typeOnly: isType }],
      ),
    ),
    ...module.dynamicImports.map(({ start, moduleRequest }) => ({
      ...placeOf(start),
      specifier: text.slice(moduleRequest.start, moduleRequest.end).replace(/^['"`]|['"`]$/g, ''),
      typeOnly: false,
    })),
  ];
  const bound = new Set(bindingsIn(program));
  const names = [...namesIn(program)].flatMap(({ name, start }) =>
    bound.has(name.split('.')[0] ?? name) ? [] : [{ name, ...placeOf(start) }],
  );
  return { imports, names };
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number };

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

/** Names that the module itself gives to something, anywhere in it: `process` as a parameter is not Node's. */
function* bindingsIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* bindingsIn(item);
  if (!isNode(value)) return;
  for (const key of bindingKeys[value.type] ?? []) yield* patternNames(value[key]);
  for (const child of Object.values(value)) yield* bindingsIn(child);
}

const bindingKeys: Readonly<Record<string, readonly string[]>> = {
  VariableDeclarator: ['id'],
  FunctionDeclaration: ['id', 'params'],
  FunctionExpression: ['id', 'params'],
  ArrowFunctionExpression: ['params'],
  ClassDeclaration: ['id'],
  CatchClause: ['param'],
  ImportSpecifier: ['local'],
  ImportDefaultSpecifier: ['local'],
  ImportNamespaceSpecifier: ['local'],
};

/** The names of a pattern: `{ a, b: [c], ...d } = {}` binds a, c and d. */
function* patternNames(pattern: unknown): Generator<string> {
  if (Array.isArray(pattern)) for (const item of pattern) yield* patternNames(item);
  if (!isNode(pattern)) return;
  if (pattern.type === 'Identifier') yield String(pattern['name']);
  const { type } = pattern;
  if (type === 'AssignmentPattern') yield* patternNames(pattern['left']);
  else if (type === 'Property') yield* patternNames(pattern['value']);
  else if (type === 'RestElement') yield* patternNames(pattern['argument']);
  else for (const key of ['properties', 'elements']) yield* patternNames(pattern[key]);
}

function* namesIn(value: unknown): Generator<{ name: string; start: number }> {
  if (Array.isArray(value)) for (const item of value) yield* namesIn(item);
  if (!isNode(value) || isOnlyType(value)) return;
  if (value.type === 'Identifier') yield { name: String(value['name']), start: value.start };
  const property = memberName(value);
  if (property !== null) yield { name: property, start: value.start };
  for (const [key, child] of Object.entries(value)) if (!isLabel(value, key)) yield* namesIn(child);
}

/** `Math.random` of `Math.random()`, also where it is written `Math['random']`. */
function memberName({ object, property }: Node): string | null {
  if (!isNode(object) || object.type !== 'Identifier' || !isNode(property)) return null;
  const name = property['name'] ?? property['value'];
  return typeof name === 'string' ? `${String(object['name'])}.${name}` : null;
}

/** The words after a dot and before a colon name a place in an object, not a value. */
function isLabel(node: Node, key: string): boolean {
  const isWord = key === 'property' || key === 'key';
  return isWord && node['computed'] !== true;
}

const withValues: ReadonlySet<string> = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSParameterProperty',
  'TSExportAssignment',
]);

const isOnlyType = ({ type }: Node): boolean => type.startsWith('TS') && !withValues.has(type);

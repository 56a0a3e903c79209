import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, normalize } from 'node:path';
import { type Import, type Module, type Place, readModule } from './read-module.ts';
import { checkScripts } from './scripts.ts';
import { impureNames, purePackages, type Room, rooms } from './rooms.ts';

export interface Violation extends Place {
  /** Below the folder of the sources. */
  readonly file: string;
  /** The rule that is broken, and what would be right. */
  readonly message: string;
}

type Tree = ReadonlyMap<string, Module>;

/** Checks every file below a folder of sources against the table of rooms. */
export function checkArrows(sources: string): Violation[] {
  const tree = readTree(sources);
  const pure = pureFiles(tree);
  const violations = [...tree].flatMap(([file, module]) => {
    const from = roomOf(file);
    const found = [
      ...complain({ line: 1, column: 1 }, from === null ? noRoom : null),
      ...module.imports.flatMap((edge) =>
        complain(edge, from === null ? null : arrowProblem(file, from, edge)),
      ),
      ...(pure.has(file) ? impurities(file, module, tree, pure) : []),
    ];
    return found.map((problem) => ({ file, ...problem }));
  });
  return [...violations, ...checkScripts(sources)];
}

function readTree(sources: string): Tree {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return new Map(
    files.sort().map((file) => [file, readModule(file, readFileSync(join(sources, file), 'utf8'))]),
  );
}

const noRoom = 'is in no room: add its folder to scripts/arrows/rooms.ts';

interface NamedRoom {
  readonly name: string;
  readonly room: Room;
}

function roomOf(file: string): NamedRoom | null {
  const [longest] = Object.entries(rooms)
    .filter(([name]) => file === name || file.startsWith(`${name}/`))
    .sort(([one], [other]) => other.length - one.length);
  return longest === undefined ? null : { name: longest[0], room: longest[1] };
}

/** The file that a relative import leads to, below the sources; null for a package. */
const targetOf = (file: string, specifier: string): string | null =>
  specifier.startsWith('.') ? normalize(join(file, '..', specifier)) : null;

function arrowProblem(file: string, from: NamedRoom, { specifier }: Import): string | null {
  const target = targetOf(file, specifier);
  if (target === null) return null;
  const to = roomOf(target);
  if (to === null) return `${specifier} is in no room`;
  const allowed: readonly string[] = [from.name, ...from.room.imports];
  if (allowed.includes(to.name)) return null;
  return `${from.name} may not import ${to.name} (${specifier}); it may import ${from.room.imports.join(', ') || 'nothing'}`;
}

/** Files that must be pure: those of pure rooms, and what a pure root of another room imports of its own room. */
function pureFiles(tree: Tree): ReadonlySet<string> {
  const pure = new Set([...tree.keys()].filter(isPureByItself));
  for (const file of pure) // a Set is walked to its end, also as it grows
    for (const { specifier, typeOnly } of tree.get(file)?.imports ?? []) {
      const target = targetOf(file, specifier);
      if (target !== null && !typeOnly && roomOf(target)?.name === roomOf(file)?.name && !isEffect(target))
        pure.add(target);
    }
  return pure;
}

function isPureByItself(file: string): boolean {
  const room = roomOf(file)?.room;
  if (room === undefined || isEffect(file)) return false;
  return typeof room.pure === 'boolean' ? room.pure : room.pure.from.test(file);
}

const isEffect = (file: string): boolean => roomOf(file)?.room.effects?.includes(file) === true;

type Complaint = Place & { readonly message: string };

const complain = ({ line, column }: Place, message: string | null): Complaint[] =>
  message === null ? [] : [{ line, column, message }];

function impurities(file: string, module: Module, tree: Tree, pure: ReadonlySet<string>): Complaint[] {
  return [
    ...module.imports.flatMap((edge) => complain(edge, impureImport(file, edge, tree, pure))),
    ...module.names.flatMap((use) => {
      const instead = Object.hasOwn(impureNames, use.name) ? impureNames[use.name] : undefined;
      return complain(use, instead === undefined ? null : `${use.name} in a pure file; ${instead}`);
    }),
  ];
}

function impureImport(file: string, edge: Import, tree: Tree, pure: ReadonlySet<string>): string | null {
  const { specifier, typeOnly } = edge;
  const target = targetOf(file, specifier);
  if (target !== null)
    return typeOnly || pure.has(target) || !tree.has(target)
      ? null
      : `a pure file may not import ${specifier}, which is not pure`;
  if (isBuiltin(specifier)) return `${specifier} in a pure file; it may import no part of Node`;
  const allowed = [...purePackages, ...(roomOf(file)?.room.packages ?? [])];
  if (allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return null;
  return `${specifier} in a pure file; it may import ${allowed.join(', ')}`;
}

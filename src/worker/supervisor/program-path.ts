import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { namesIn } from '../../model/command/variables.ts';
import type { Prepared } from '../core/preparation.ts';

export type FoundProgram =
  | { readonly kind: 'found'; readonly path: string }
  /** `searched`: the PATH, or the one place where a name with a slash can be. */
  | { readonly kind: 'missing'; readonly searched: string }
  /** `isDenied`: its mode lets it be executed, and its file system does not (mount(8), noexec). */
  | { readonly kind: 'not-executable'; readonly path: string; readonly isDenied: boolean };

/**
 * The file that a program's name stands for, as execvp(3) would look for it. Looked for before the start, so that a
 * missing program is the host's failure and not an exit code 127 of the trial.
 */
export function findProgram(name: string, path: string, workFolder: string): FoundProgram {
  if (name.includes('/')) {
    const file = isAbsolute(name) ? name : join(workFolder, name);
    const kind = kindOf(file);
    if (kind === 'not-executable') return notExecutable(file);
    return kind === 'missing' ? { kind, searched: file } : { kind, path: file };
  }
  let denied: string | null = null;
  for (const folder of path.split(':')) {
    const file = join(folder === '' ? workFolder : folder, name);
    const kind = kindOf(file);
    if (kind === 'found') return { kind, path: file };
    if (kind === 'not-executable') denied ??= file;
  }
  return denied === null ? { kind: 'missing', searched: path } : notExecutable(denied);
}

const notExecutable = (path: string): FoundProgram => ({
  kind: 'not-executable',
  path,
  isDenied: mayBeExecutedByAll(path),
});

function mayBeExecutedByAll(path: string): boolean {
  try {
    return (statSync(path).mode & 0o111) === 0o111;
  } catch {
    return false; // the folder may not be entered
  }
}

/** Where programs are looked for: behind an activation that is what it left. */
export const searchPath = ({ path, python }: Pick<Prepared, 'path' | 'python'>, own: string): string =>
  path === null ? own : python === null ? path : `${python}/bin:${path}`;

/** The PATH that a sweep says itself, where that is the one that counts; undefined where it is not. */
export const pathOfSweep = (
  { path }: Pick<Prepared, 'path'>,
  { env }: { readonly env: Readonly<Record<string, string>> },
): string | undefined => (path === null ? env['PATH'] : undefined);

/**
 * What a person is told of a program that cannot be started: a whole PATH helps nobody.
 *
 * @param ofSweep as `pathOfSweep`
 */
export function programProblem(
  name: string,
  found: Exclude<FoundProgram, { kind: 'found' }>,
  workFolder: string,
  ofSweep: string | undefined,
): string {
  if (found.kind === 'not-executable')
    return found.isDenied
      ? `${found.path} lies where no program may be run (a mount option noexec?); give the host another "folder" in ` +
          'inventory.json, or name what runs it: sh, python3'
      : `${found.path} is not executable; run: chmod +x ${found.path}`;
  if (name.includes('/')) return `there is no program ${found.searched} on this host`;
  if (kindOf(join(workFolder, name)) !== 'missing')
    return `there is no program ${name} on this host; the one among the program's own files is named ./${name}`;
  const folders = found.searched.split(':').filter((folder) => folder !== '');
  const [first = 'empty', second] = folders;
  const where =
    folders.length > 2 ? `${first}, ${second} and ${folders.length - 2} more` : folders.join(', ');
  return ofSweep === undefined || namesIn(ofSweep).includes('PATH')
    ? `there is no program ${name} on this host; its PATH is ${where || first}`
    : `there is no program ${name} in the PATH that the sweep's \`env\` sets (${where || first}); write \${PATH} in it to keep the host's own`;
}

function kindOf(file: string): FoundProgram['kind'] {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() ? 'found' : 'missing';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES'
      ? 'not-executable'
      : 'missing';
  }
}

import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

export type FoundProgram =
  | { readonly kind: 'found'; readonly path: string }
  /** `searched`: the PATH, or the one place where a name with a slash can be. */
  | { readonly kind: 'missing'; readonly searched: string }
  | { readonly kind: 'not-executable'; readonly path: string };

/**
 * The file that a program's name stands for, as execvp(3) would look for it. Looked for before the start, so that a
 * missing program is the host's failure and not an exit code 127 of the trial.
 */
export function findProgram(name: string, path: string, workFolder: string): FoundProgram {
  if (name.includes('/')) {
    const file = isAbsolute(name) ? name : join(workFolder, name);
    const kind = kindOf(file);
    return kind === 'missing' ? { kind, searched: file } : { kind, path: file };
  }
  let denied: string | null = null;
  for (const folder of path.split(':')) {
    const file = join(folder === '' ? workFolder : folder, name);
    const kind = kindOf(file);
    if (kind === 'found') return { kind, path: file };
    if (kind === 'not-executable') denied ??= file;
  }
  return denied === null ? { kind: 'missing', searched: path } : { kind: 'not-executable', path: denied };
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

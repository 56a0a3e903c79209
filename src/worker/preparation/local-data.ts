import { accessSync, constants, statSync } from 'node:fs';

/** Why a data set that lies on this host already cannot be used; null where it can. One sentence. */
export function localDataProblem(path: string): string | null {
  try {
    const { R_OK, X_OK } = constants;
    accessSync(path, statSync(path).isDirectory() ? R_OK | X_OK : R_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    return code === 'EACCES'
      ? `the data set at ${path} may not be read by this user`
      : `the data set should be at ${path} on this host, and is not`;
  }
}

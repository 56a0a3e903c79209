/** What the system's own errors mean for a person (errno(3)); every other error says what to do itself. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk; free some and run the command again',
  EDQUOT: 'the quota of this user is used up; free some space and run the command again',
  EACCES: 'permission denied; check its owner',
  EPERM: 'permission denied; check its owner',
  EROFS: 'the disk is read-only',
  EISDIR: 'this is a folder; name a file',
  EMFILE: 'too many files are open; raise `ulimit -n`',
};

/** Of mkdir(2) alone: other calls mean something else by these. */
const inTheWay = 'no folder can be made there: a file is in the way. Move it away and run the command again';

/** @param debug whether the person asked for the stack */
export function errorText(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  if (debug && error.stack !== undefined) return error.stack;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const isInTheWay = syscall === 'mkdir' && (code === 'ENOTDIR' || code === 'EEXIST');
  const remedy = isInTheWay ? inTheWay : remedies[code ?? ''];
  if (remedy === undefined) return error.message;
  return path === undefined ? remedy : `${path}: ${remedy}`;
}

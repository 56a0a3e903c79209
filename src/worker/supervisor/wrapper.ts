import { holdFile } from '../../model/hold-file.ts';
import { scriptText } from '../../script-text.ts';

/**
 * The constant script under which every trial runs. Arguments: the file of the exit record, the umask of the program, then
 * its argv.
 *
 * - A trapped signal, unlike an ignored one, is not inherited by the program (POSIX sh, 2.14 trap): SIGTERM to the
 *   session ends the program while the wrapper lives on to record its status.
 * - `set -C` creates the exit record or fails: an agent that holds the attempt for never started has created it before,
 *   and then the program does not run.
 * - Blanks fill a block, so that the status of a trial which filled the disk can still be recorded: it is written in
 *   place. Through a descriptor that the program does not get, so that whatever the program puts in the place of the
 *   record, a link to somebody's file or a pipe, is not written to.
 * - Its first line is for who meets it among the processes of a host (ps(1)).
 * - Who needs memory most is killed first, so a raised score has the kernel take a trial and not somebody's login.
 */
export const wrapper = `# labsweep: touch ${holdFile} to empty this host
${scriptText('wrapper.sh', import.meta.url)}`;

/** The words that a shell takes for its own before it looks at the PATH (POSIX, 2.14 special built-in utilities). */
const shellWords: ReadonlySet<string> = new Set(
  'break : continue . eval exec exit export readonly return set shift times trap unset'.split(' '),
);

/**
 * The word by which the wrapper is told of a program that was found at `path`. A name stays a name: what the shell has
 * built in besides, as `echo` and `test`, POSIX defines to be what the PATH would give, and it saves a second program.
 */
export const wordFor = (name: string, path: string): string =>
  name.includes('/') || shellWords.has(name) ? path : name;

import { posix } from 'node:path';
import { pythonTarget } from '../../model/command/python-target.ts';

/** The word of a command that is a file of the program's own. */
export interface OwnFile {
  /** Its place in the command. */
  readonly at: number;
  /** Relative to the program's files. */
  readonly path: string;
}

const interpreter = /(^|\/)(sh|bash|dash|ksh|zsh|Rscript|julia|node|perl|ruby)$/;

/** What a command starts of its program's files, as far as the command alone says; null where it says nothing. */
export function ownFileOf(command: readonly string[]): OwnFile | null {
  const [program = '', first = ''] = command;
  const script = pythonTarget(command)?.runs;
  if (script?.kind === 'script') return ownFile(command, script.name);
  if (program.includes('/')) return ownFile(command, program);
  return interpreter.test(program) && !first.startsWith('-') ? ownFile(command, first) : null;
}

function ownFile(command: readonly string[], word: string): OwnFile | null {
  const path = posix.normalize(word);
  const isOwn = word !== '' && !/^([/~]|\.\.)/.test(path) && !word.includes('{');
  return isOwn ? { at: command.indexOf(word), path } : null;
}

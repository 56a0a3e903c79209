import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Caller } from '../caller.ts';
import { readText } from '../place/read-text.ts';
import { type LoadedSweep, refusalAt } from '../sweep/sweep-source.ts';

/** What a host is told of a launch is small; a list of packages is. */
const longestBytes = 64 * 1024;

/**
 * The text of a sweep's requirements file, which hosts make virtual environments of.
 *
 * @throws SessionError where it is missing, or has lines that mean something only on this machine
 */
export function readRequirements(caller: Caller, loaded: LoadedSweep, file: string): string {
  const refuse = (messages: readonly string[]) => refusalAt(loaded, ['program', 'python'], messages);
  const path = resolve(caller.cwd, file);
  if (!existsSync(path)) throw refuse([`there is no file ${file}`]);
  const text = readText(path);
  if (text.length > longestBytes) throw refuse([`${file} is longer than 64 KB: is it a list of packages?`]);
  const problems = text.split('\n').flatMap((line, index) => {
    const problem = problemOf(line.trim());
    return problem === null ? [] : [`${file}:${index + 1}: ${problem}`];
  });
  if (problems.length > 0) throw refuse(problems);
  return text;
}

/** Hosts see this one file: not the files that it names, nor a password that would then stand in the ledger. */
function problemOf(line: string): string | null {
  const other = /^(-r|--requirement|-c|--constraint|-e|--editable)\b/.exec(line)?.[1];
  if (other !== undefined)
    return `${other} names another file, which hosts do not have; write its lines here (pip freeze does)`;
  if (/^(\.{0,2}\/|file:)|@\s*file:/.test(line))
    return 'is a path of this machine; hosts install packages by their names';
  if (/:\/\/[^/\s@]+@/.test(line) && !line.startsWith('#'))
    return 'has a password in it, which the ledger would keep; set PIP_INDEX_URL on the hosts instead';
  return null;
}

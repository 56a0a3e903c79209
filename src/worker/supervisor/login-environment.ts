/** What a person's login shell sets: how an agent was started says nothing of it. */
import { spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import { withUmask } from './umask.ts';

/** A login file that asks a question has no one to answer it. */
const limitMs = 5_000;
const mostBytes = 8 * 1024 ** 2;
/**
 * Login files print; what stands between these lines is the environment. Understood by every shell, csh and fish among
 * them. A daemon that login files start may hold the other end of the pipe for good: the second line is the end of it.
 */
const mark = 'labsweep-environment';
const endMark = `${mark}-end`;
const command = `echo ${mark}; umask; env -0; echo ${endMark}`;
/** What the shell says of itself. */
const ofTheShell: ReadonlySet<string> = new Set(['_', 'PWD', 'OLDPWD', 'SHLVL']);

export type LoginEnvironment =
  | { readonly kind: 'read'; readonly environment: Readonly<Record<string, string>>; readonly umask: number }
  | { readonly kind: 'unread'; readonly because: string };

/**
 * Asks the user's shell, as `$SHELL -lc env` would.
 *
 * @param umask with which a session begins there: login files may set another
 */
export function readLoginEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  umask: number,
): Promise<LoginEnvironment> {
  const shell = environment['SHELL'] || userInfo().shell || '/bin/sh';
  // csh and tcsh take -l only as the one argument (tcsh(1)); their own file is read without it.
  const flags = basename(shell).endsWith('csh') ? ['-c'] : ['-lc'];
  return new Promise((resolve) => {
    const child = withUmask(umask, () =>
      spawn(shell, [...flags, command], { env: { ...environment }, stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    let stdout = '';
    const settle = (login: LoginEnvironment): void => {
      clearTimeout(limit);
      child.stdout.destroy();
      resolve(login);
    };
    const unread = (because: string): void => {
      child.kill('SIGKILL');
      settle({ kind: 'unread', because: `${shell} ${because}` });
    };
    const limit = setTimeout(() => unread(`did not end within ${limitMs / 1_000} s`), limitMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const said = saidIn(stdout);
      if (said !== null) settle(said);
      else if (stdout.length > mostBytes) unread('prints without an end');
    });
    child.once('error', (error) => unread(`failed: ${error.message}`));
    child.once('close', (code) =>
      unread(code === 0 || code === null ? 'prints no environment' : `ended with exit code ${code}`),
    );
  });
}

/** Null before its end has come. */
function saidIn(stdout: string): LoginEnvironment | null {
  const end = stdout.lastIndexOf(`\0${endMark}\n`);
  if (end < 0) return null;
  const said = /^([0-7]{1,4})\n([^]*)$/.exec(stdout.slice(0, end).split(`${mark}\n`).at(-1) ?? '');
  if (said?.[1] === undefined || said[2] === undefined) return null;
  return { kind: 'read', environment: parse(said[2]), umask: Number.parseInt(said[1], 8) };
}

const parse = (said: string): Record<string, string> =>
  Object.fromEntries(
    said.split('\0').flatMap((entry) => {
      const at = entry.indexOf('=');
      const name = entry.slice(0, at);
      return at < 1 || ofTheShell.has(name) ? [] : [[name, entry.slice(at + 1)] as const];
    }),
  );

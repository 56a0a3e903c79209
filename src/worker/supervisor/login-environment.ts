/** What a person's login shell sets: how an agent was started says nothing of it. */
import { execFile, type ExecFileException } from 'node:child_process';
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import { withUmask } from './umask.ts';

/** A login file that asks a question has no one to answer it. */
const limitMs = 5_000;
/** Login files print; what follows this line is the environment. Understood by every shell, csh and fish among them. */
const mark = 'labsweep-environment';
const command = `echo ${mark}; umask; env -0`;
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
      execFile(
        shell,
        [...flags, command],
        { env: { ...environment }, timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 8 * 1024 ** 2 },
        (error, stdout) => {
          const said = /^([0-7]{1,4})\n([^]*)$/.exec(stdout.split(`${mark}\n`).at(-1) ?? '');
          if (error === null && said?.[1] !== undefined && said[2] !== undefined)
            resolve({ kind: 'read', environment: parse(said[2]), umask: Number.parseInt(said[1], 8) });
          else resolve({ kind: 'unread', because: `${shell} ${problemOf(error)}` });
        },
      ),
    );
    child.stdin?.end();
  });
}

function problemOf(error: ExecFileException | null): string {
  if (error === null) return 'prints no environment';
  if (error.killed === true) return `did not end within ${limitMs / 1_000} s`;
  return typeof error.code === 'number' ? `ended with exit code ${error.code}` : `failed: ${error.message}`;
}

const parse = (said: string): Record<string, string> =>
  Object.fromEntries(
    said.split('\0').flatMap((entry) => {
      const at = entry.indexOf('=');
      const name = entry.slice(0, at);
      return at < 1 || ofTheShell.has(name) ? [] : [[name, entry.slice(at + 1)] as const];
    }),
  );

import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { userInfo } from 'node:os';

export interface LaptopOptions {
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default the working directory of this process */
  readonly cwd?: string;
}

/** How a command ended. */
export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The person's own machine: this one's files and programs, the bed's network, and a home with the bed's ~/.ssh. */
export class Laptop {
  readonly #holder: number;

  /** @param holder the process whose network and files it has */
  constructor(holder: number) {
    this.#holder = holder;
  }

  /** Starts a command. The child is the command itself: signals reach it, and its pid is its own. */
  spawn(
    command: string,
    args: readonly string[],
    { env = {}, cwd = process.cwd() }: LaptopOptions = {},
    stdio: StdioOptions = 'pipe',
  ): ChildProcess {
    const { SSH_AUTH_SOCK: _, ...own } = process.env;
    const enter = ['--target', String(this.#holder), '--net', '--mount', '--'];
    // A folder that was entered before is outside: the command goes there once it is inside.
    const arrive = ['/bin/sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', cwd];
    return spawn('nsenter', [...enter, ...arrive, command, ...args], {
      stdio,
      env: { ...own, HOME: userInfo().homedir, ...env },
    });
  }

  /** Runs a command to its end, however it ends. @throws where it cannot be started */
  run(
    command: string,
    args: readonly string[] = [],
    options: LaptopOptions & { readonly input?: string | Buffer } = {},
  ): Promise<Ended> {
    return ended(this.spawn(command, args, options), options.input);
  }
}

/** Waits for a child whose streams are pipes. */
export function ended(child: ChildProcess, input: string | Buffer = ''): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.on('error', reject);
  child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  // It may end without having read all of it.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return promise;
}

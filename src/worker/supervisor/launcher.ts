import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LaunchReport, StartRequest } from './launch-report.ts';

export interface LauncherOptions {
  /** The command that is a launcher (launch.ts). */
  readonly command: readonly string[];
  /** What trials inherit. */
  readonly environment: Readonly<Record<string, string>>;
  readonly reported: (report: LaunchReport) => void;
  /** It is gone: what was asked of it and not answered may have started or not. @param error it could not be started */
  readonly lost: (error: Error | null) => void;
}

/** The agent's end of its launcher. One that is gone is replaced when the next trial starts. */
export class Launcher {
  readonly #options: LauncherOptions;
  #process: ChildProcess | null = null;
  #unsent = '';

  constructor(options: LauncherOptions) {
    this.#options = options;
    this.#process = this.#open();
  }

  /** Null where it is gone. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** Requests of one turn leave in one write. */
  start(request: StartRequest): void {
    this.#process ??= this.#open();
    if (this.#unsent === '') queueMicrotask(() => this.#flush());
    this.#unsent += `${JSON.stringify(request)}\n`;
  }

  /** It ends, and trials run on. */
  close(): void {
    this.#flush();
    this.#process?.stdin?.end();
  }

  #flush(): void {
    this.#process?.stdin?.write(this.#unsent);
    this.#unsent = '';
  }

  #open(): ChildProcess {
    const [program = '', ...args] = this.#options.command;
    const { environment, reported } = this.#options;
    const child = spawn(program, args, { env: { ...environment }, stdio: ['pipe', 'pipe', 'ignore'] });
    child.once('error', (error) => this.#gone(child, error));
    child.stdin.on('error', () => {}); // `close` follows
    createInterface(child.stdout).on('line', (line) => {
      const report: LaunchReport = JSON.parse(line);
      reported(report);
    });
    // Not `exit`: what it said last is read before.
    child.once('close', () => this.#gone(child, null));
    return child;
  }

  #gone(child: ChildProcess, error: Error | null): void {
    if (child !== this.#process) return;
    this.#process = null;
    this.#unsent = '';
    this.#options.lost(error);
  }
}

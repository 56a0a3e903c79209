import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Runs a program in a session of its own until the pipe from the agent closes, and then ends all of it: an agent that
 * is killed can end nothing any more, and what prints nothing would never learn that nobody reads.
 */
const untilClosed = '"$@" 2>&1 </dev/null & exec >&- 2>&-; read -r _; kill -KILL 0';

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

export interface LongLivedOptions {
  readonly command: readonly string[];
  /** @returns whether the line is what the program is for: then the next pause is a short one again */
  readonly said: (line: string) => boolean;
  /** It has ended, or was ended since it was silent; it is started again after a pause. */
  readonly ended: (why: 'exited' | 'silent') => void;
  /**
   * How long it may be silent, first after its start, then between lines; null where silence is nothing unusual.
   * The driver takes seconds to wake several GPUs without persistence mode.
   */
  readonly silentMs: { readonly first: number; readonly later: number } | null;
}

/** A program that is to run as long as the agent, and is started again when it ends or says nothing any more. */
export class LongLived {
  readonly #options: LongLivedOptions;
  #command: readonly string[];
  #process: ChildProcess | null = null;
  #silence: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;
  #pauseMs = firstPauseMs;

  constructor(options: LongLivedOptions) {
    this.#options = options;
    this.#command = options.command;
    this.#start();
  }

  /** At once, as if for the first time; with another command from now on. */
  restart(command: readonly string[] = this.#command): void {
    this.#command = command;
    this.#pauseMs = firstPauseMs;
    this.#end();
    this.#start();
  }

  close(): void {
    this.#end();
  }

  #start(): void {
    const child = spawn('/bin/sh', ['-c', untilClosed, 'labsweep', ...this.#command], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#process = child;
    child.on('error', () => {}); // its output closes as well
    child.stdin.on('error', () => {});
    createInterface(child.stdout).on('line', (line) => {
      if (this.#process === child) this.#heard(line);
    });
    child.stdout.on('close', () => {
      if (this.#process === child) this.#again('exited');
    });
    this.#expect(this.#options.silentMs?.first);
  }

  #heard(line: string): void {
    this.#expect(this.#options.silentMs?.later);
    if (this.#options.said(line)) this.#pauseMs = firstPauseMs;
  }

  #expect(withinMs: number | undefined): void {
    clearTimeout(this.#silence);
    if (withinMs !== undefined) this.#silence = setTimeout(() => this.#again('silent'), withinMs);
  }

  #again(why: 'exited' | 'silent'): void {
    this.#end();
    this.#pause = setTimeout(() => this.#start(), this.#pauseMs);
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
    this.#options.ended(why);
  }

  /** What hangs in the kernel cannot be waited for. */
  #end(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#pause);
    const ended = this.#process;
    this.#process = null;
    ended?.stdin?.end();
    ended?.stdout?.destroy();
  }
}

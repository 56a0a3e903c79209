import { appendFileSync, renameSync, statSync } from 'node:fs';

const longestBytes = 1024 ** 2;

/** The agent's own log: for the person who looks why a host is odd. Small, and never a reason to stop. */
export class AgentLog {
  readonly #path: string;
  #size: number;
  /** Takes out of a message what may be written nowhere. */
  redact: (message: string) => string = (message) => message;

  constructor(path: string) {
    this.#path = path;
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  write(message: string): void {
    const line = `${new Date().toISOString()} ${process.pid} ${this.redact(message)}\n`;
    try {
      if (this.#size > longestBytes) {
        renameSync(this.#path, `${this.#path}.1`);
        this.#size = 0;
      }
      appendFileSync(this.#path, line);
      this.#size += line.length;
    } catch {
      // A full disk is told of by what it stops, not by its log.
    }
  }
}

/** An error as one line of a log, its stack included. */
export const describeError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message).replaceAll('\n', ' | ') : String(error);

import { closeSync, constants, lstatSync, openSync, renameSync, writeSync } from 'node:fs';

const longestBytes = 1024 ** 2;
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

/** The agent's own log: for the person who looks why a host is odd. Small, and never a reason to stop. */
export class AgentLog {
  readonly #path: string;
  /** Takes out of a message what may be written nowhere. */
  redact: (message: string) => string = (message) => message;

  constructor(path: string) {
    this.#path = path;
  }

  write(message: string): void {
    const line = `${new Date().toISOString()} ${process.pid} ${this.redact(message)}\n`;
    try {
      const found = lstatSync(this.#path, { throwIfNoEntry: false });
      // What is no file, as a pipe that nobody reads, gives way to one.
      if (found !== undefined && (!found.isFile() || found.size > longestBytes))
        renameSync(this.#path, `${this.#path}.1`);
      append(this.#path, line);
    } catch {
      // A full disk is told of by what it stops, not by its log.
    }
  }
}

/** Trials can put a pipe or a link there at any moment: it waits for no reader, and writes nowhere else. */
function append(path: string, line: string): void {
  const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    writeSync(file, line);
  } finally {
    closeSync(file);
  }
}

/** An error as one line of a log, its stack included. */
export const describeError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message).replaceAll('\n', ' | ') : String(error);

/** Commands that prepare for trials: one after the other, each with its output in a log, none outliving the agent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readTail } from '../spool/log-file.ts';

export interface Step {
  readonly argv: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Its standard error, and its standard output where `answers` is not set, are appended here. */
  readonly log: string;
  /** Its standard output is what is wanted of it. */
  readonly answers?: boolean;
  /** Milliseconds after which it is ended; null for what may take as long as it likes. */
  readonly limitMs: number | null;
}

export type StepResult =
  | { readonly kind: 'done'; readonly output: string }
  | {
      readonly kind: 'failed';
      /** What became of it, with its last words: one sentence to follow its name. */
      readonly message: string;
      readonly logTail: string;
    };

const tailBytes = 8 * 1024;
const tailLines = 40;

export class Steps {
  readonly #running = new Set<ChildProcess>();

  run(step: Step): Promise<StepResult> {
    const [program = '', ...args] = step.argv;
    const log = openSync(step.log, 'a', 0o600);
    return new Promise((resolve) => {
      const child = spawn(program, args, {
        cwd: step.folder,
        env: { ...step.environment },
        detached: true, // its own group, so that what it starts is ended with it
        stdio: ['ignore', step.answers === true ? 'pipe' : log, log],
      });
      closeSync(log);
      this.#running.add(child);
      let output = '';
      let late = false;
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
      const limit =
        step.limitMs === null
          ? null
          : setTimeout(() => {
              late = true;
              end(child);
            }, step.limitMs);
      const settle = (result: StepResult): void => {
        if (limit !== null) clearTimeout(limit);
        this.#running.delete(child);
        resolve(result);
      };
      child.once('error', (error) => settle(failed(`cannot be started: ${error.message}`, step.log)));
      child.once('close', (code, signal) => {
        if (code === 0 && !late) settle({ kind: 'done', output });
        else if (late) settle(failed(`did not end within ${(step.limitMs ?? 0) / 1000} s`, step.log));
        else
          settle(failed(code === null ? `was ended by ${signal}` : `ended with exit code ${code}`, step.log));
      });
    });
  }

  /** Ends what runs: nobody would wait for it any more. */
  close(): void {
    for (const child of this.#running) end(child);
  }
}

function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone.
  }
}

function failed(what: string, log: string): StepResult {
  const lines = readTail(log, tailBytes).text.trimEnd().split('\n');
  const last = lines.at(-1)?.trim() ?? '';
  return {
    kind: 'failed',
    message: last === '' ? what : `${what}: ${last}`,
    logTail: lines.slice(-tailLines).join('\n'),
  };
}

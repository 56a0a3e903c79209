/** Commands that prepare for trials: one after the other, each with its output in a log, none outliving the agent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { formatDuration } from '../../model/duration.ts';
import { printable } from '../../model/printed/printable.ts';
import { tailOf, withOpened } from '../spool/log-file.ts';
import { withUmask } from '../supervisor/umask.ts';

export interface Step {
  readonly argv: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Its standard error, and its standard output where `answers` is not set, are appended here. */
  readonly log: string;
  /** Its standard output is what is wanted of it. */
  readonly answers?: boolean;
  /** Milliseconds after which it is ended, with all that it has started. */
  readonly limitMs: number;
  /** Every few seconds, while it takes long: for how many milliseconds it has run, and the last words of its log. */
  readonly running: (ms: number, words: string) => void;
}

/** Takes out of a text what may be written nowhere. */
export type Redact = (text: string) => string;

export interface Done {
  readonly kind: 'done';
  readonly output: string;
}

export type StepResult =
  | Done
  | {
      readonly kind: 'failed';
      /** What became of it, with its last words: one sentence to follow its name. */
      readonly message: string;
      readonly logTail: string;
      /** What it had answered by then. */
      readonly output: string;
    };

const tailBytes = 8 * 1024;
const tailLines = 40;
/** Of what goes on, and of why it failed: bash begins with the path of a script. */
const longestWords = { running: 120, failed: 500 };
const tellEveryMs = 2_000;
/** What a step has said when it ends has been read by then. */
const lastWordsMs = 500;

export class Steps {
  readonly #redact: Redact;
  /** Of the files that they make. */
  readonly umask: () => number;
  readonly #running = new Set<ChildProcess>();
  #closed = false;

  constructor(redact: Redact, umask: () => number) {
    this.#redact = redact;
    this.umask = umask;
  }

  run(step: Step): Promise<StepResult> {
    if (this.#closed)
      return Promise.resolve({ kind: 'failed', message: 'was not started', logTail: '', output: '' });
    const [program = '', ...args] = step.argv;
    const log = openSync(step.log, 'a', 0o600);
    return new Promise((resolve) => {
      const child = withUmask(this.umask(), () =>
        spawn(program, args, {
          cwd: step.folder,
          env: { ...step.environment },
          detached: true, // its own group, so that what it starts is ended with it
          stdio: ['ignore', step.answers === true ? 'pipe' : log, log],
        }),
      );
      closeSync(log);
      this.#running.add(child);
      const began = performance.now();
      let output = '';
      let late = false;
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
      const telling = setInterval(
        () =>
          step.running(
            performance.now() - began,
            lastWords(linesOf(step.log, this.#redact), longestWords.running),
          ),
        tellEveryMs,
      );
      const limit = setTimeout(() => {
        late = true;
        end(child);
        child.stdout?.destroy(); // a daemon that it started may hold the other end
      }, step.limitMs);
      const failed = (what: string): StepResult => ({
        ...failure(what, linesOf(step.log, this.#redact)),
        output,
      });
      const settle = (result: StepResult): void => {
        clearTimeout(limit);
        clearInterval(telling);
        this.#running.delete(child);
        resolve(result);
      };
      child.once('error', (error) => settle(failed(whyNotStarted(error, step))));
      // `close` follows; not where a daemon, of login files for example, holds the other end of its output.
      child.once('exit', () => setTimeout(() => child.stdout?.destroy(), lastWordsMs));
      child.once('close', (code, signal) => {
        if (late) settle(failed(lateText(step.limitMs)));
        else if (code === 0) settle({ kind: 'done', output });
        else settle(failed(code === null ? `was ended by ${signal}` : `ended with exit code ${code}`));
      });
    });
  }

  /** Ends what runs, and starts nothing more: nobody would wait for it. */
  close(): void {
    this.#closed = true;
    for (const child of this.#running) end(child);
  }
}

/** The PATH may be one that a sweep's `env` sets. */
function whyNotStarted(error: Error, { argv: [program = ''], folder, environment }: Step): string {
  const isMissing = 'code' in error && error.code === 'ENOENT' && existsSync(folder);
  return isMissing && !program.includes('/')
    ? `cannot be started: there is no ${program} in the PATH ${environment['PATH'] ?? ''}`
    : `cannot be started: ${error.message}`;
}

function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone.
  }
}

const lateText = (limitMs: number): string =>
  `did not end within ${formatDuration(limitMs)} and was ended; run it there by hand to see what it waits for`;

function failure(
  what: string,
  lines: readonly string[],
): Omit<Extract<StepResult, { kind: 'failed' }>, 'output'> {
  const words = lastWords(lines, longestWords.failed);
  return {
    kind: 'failed',
    message: words === '' ? what : `${what}: ${words}`,
    logTail: lines.slice(-tailLines).join('\n'),
  };
}

/** Without half a line at its beginning, which may be half of a value that is hidden where it is whole. */
function linesOf(log: string, redact: Redact): string[] {
  return printable(redact(wholeLines(log)))
    .trimEnd()
    .split('\n');
}

function wholeLines(log: string): string {
  try {
    const [text, isTail] = withOpened(log, (file) => [tailOf(file, tailBytes), file.sizeBytes > tailBytes]);
    return isTail ? text.slice(text.indexOf('\n') + 1) : text;
  } catch {
    return ''; // it has none
  }
}

const lastWords = (lines: readonly string[], longest: number): string =>
  lines.at(-1)?.trim().slice(0, longest) ?? '';

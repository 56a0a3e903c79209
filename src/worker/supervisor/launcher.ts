import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { LauncherRequest, LaunchReport, StartRequest } from './launch-report.ts';

export interface LauncherOptions {
  /** The command that is a launcher (launch-trials.ts). */
  readonly command: readonly string[];
  /** What trials inherit, as of now. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Together, what it said together. */
  readonly reported: (reports: readonly LaunchReport[]) => void;
  /**
   * It is gone.
   *
   * @param unanswered attempts that it was asked to start and has not told of: they may have started or not
   * @param error why it did not even start; null where it did
   */
  readonly lost: (unanswered: readonly string[], error: Error | null) => void;
}

/** The agent's end of its launcher. One that is gone is replaced when the next trial starts. */
export class Launcher {
  readonly #options: LauncherOptions;
  #line: Line | null;

  constructor(options: LauncherOptions) {
    this.#options = options;
    this.#line = this.#open();
  }

  /** Null where it is gone. */
  get pid(): number | null {
    return this.#line?.process.pid ?? null;
  }

  /** At once, so that it forks for one trial while the agent prepares the next. */
  start(request: StartRequest): void {
    this.#send(request).unanswered.add(request.attempt);
  }

  /** Of an attempt's copy of the program's files, what is as it was is of no more use to it. */
  isOver(attempt: string, succeeded: boolean): void {
    if (this.#line !== null) this.#send({ kind: 'over', attempt, succeeded });
  }

  #send(request: LauncherRequest): Line {
    const line = (this.#line ??= this.#open());
    const environment = this.#options.environment();
    if (environment !== line.inherits) tell(line, { kind: 'inherit', environment });
    line.inherits = environment;
    tell(line, request);
    return line;
  }

  /** It ends, and trials run on. */
  close(): void {
    this.#line?.process.stdin.end();
  }

  #open(): Line {
    const { command, environment, reported, lost } = this.#options;
    const [program = '', ...args] = command;
    const inherits = environment();
    const process = spawn(program, args, { env: { ...inherits }, stdio: ['pipe', 'pipe', 'ignore'] });
    const line: Line = { process, inherits, unanswered: new Set() };
    let failure: Error | null = null;
    process.once('error', (error) => (failure = error));
    process.once('exit', () => this.#forget(line));
    // What it said last is read before.
    process.once('close', () => {
      this.#forget(line);
      lost([...line.unanswered], failure);
    });
    process.stdin.on('error', () => {}); // `close` follows
    let rest = '';
    process.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      const reports = lines.map((each): LaunchReport => JSON.parse(each));
      for (const { attempt } of reports) line.unanswered.delete(attempt);
      reported(reports);
    });
    return line;
  }

  #forget(line: Line): void {
    if (this.#line === line) this.#line = null;
  }
}

const tell = ({ process }: Line, request: LauncherRequest): void =>
  void process.stdin.write(`${JSON.stringify(request)}\n`);

/** A launcher that runs, and what was asked of it. */
interface Line {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  inherits: Readonly<Record<string, string>>;
  readonly unanswered: Set<string>;
}

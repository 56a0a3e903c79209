/**
 * What a program asks of the kernel, in order, as strace(1) sees it: a left-out fsync changes nothing that a test could
 * read, until the power fails.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';

/** One call. `began` and `ended` are its places in what happened: calls of several threads overlap. */
export interface Call {
  readonly name: string;
  /** All that strace says of its arguments, with the path of each file descriptor. */
  readonly text: string;
  readonly began: number;
  /** Infinity where it has not returned. */
  readonly ended: number;
}

const traced = 'fsync,fdatasync,rename,renameat,renameat2,mkdir,write,pwrite64,writev';
const options = ['-f', '-y', '-qq', '-s', '4096', '-e', `trace=${traced}`, '-e', 'signal=none'];
const root = join(import.meta.dirname, '../..');

/**
 * Whether programs can be watched here. Where they cannot, one line says so; where LABSWEEP_BED=required says that all
 * tests must run, they fail instead.
 */
export function straceIsHere(): boolean {
  if (spawnSync('strace', ['-f', '-qq', 'true']).status === 0) return true;
  const reason = 'strace is not installed, or may not watch a process here (apt-get install strace)';
  if (process.env['LABSWEEP_BED'] === 'required') throw new Error(`LABSWEEP_BED=required, but ${reason}`);
  process.stderr.write(`tests of what reaches the disk are skipped: ${reason}\n`);
  return false;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-durability-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The calls of a module of these sources, until it has ended. @param text may import from `src/…` and call `says(text)` */
export async function callsOf(text: string, args: readonly string[] = []): Promise<Calls> {
  const watch = watched('--', process.execPath, '--input-type=module', '-e', moduleOf(text), '--', ...args);
  const [code] = await once(watch.strace, 'close');
  if (code !== 0) throw new Error(`it ended with exit code ${code}`);
  return watch.calls();
}

const moduleOf = (text: string): string => `import { writeSync } from 'node:fs';
const says = (text) => writeSync(1, text);
const [, ...args] = process.argv;
${text.replaceAll("'src/", `'${root}/src/`)}`;

interface Watch {
  readonly strace: ChildProcess;
  /** So far. */
  calls(): Calls;
}

/** A process that runs, from now on. */
export async function watchProcess(pid: number): Promise<Watch> {
  const watch = watched('-p', String(pid));
  const tasks = `/proc/${pid}/task`;
  const isTraced = (task: string): boolean =>
    /^TracerPid:\t[1-9]/m.test(readFileSync(`${tasks}/${task}/status`, 'utf8'));
  await expect.poll(() => readdirSync(tasks).every(isTraced), { timeout: 20_000 }).toBe(true);
  return watch;
}

function watched(...command: readonly string[]): Watch {
  const output = join(temporaryFolder(), 'calls');
  const strace = spawn('strace', [...options, '-o', output, ...command], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void strace.kill());
  return { strace, calls: () => new Calls(parse(readIfThere(output))) };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** `PID name(arguments) = result`, or in two lines: `PID name(arguments <unfinished ...>`, `PID <... name resumed>…`. */
function parse(output: string): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, number>();
  output.split('\n').forEach((line, place) => {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/s.exec(line) ?? [];
    if (rest.startsWith('<... ')) {
      const index = open.get(pid);
      const call = index === undefined ? undefined : calls[index];
      if (index !== undefined && call !== undefined) calls[index] = { ...call, ended: place };
      return;
    }
    const [, name, said = ''] = /^(\w+)\((.*)$/s.exec(rest) ?? [];
    if (name === undefined) return;
    const isOpen = said.endsWith('<unfinished ...>');
    if (isOpen) open.set(pid, calls.length);
    // As it was written, without the marks that strace puts before quotes.
    const text = said.replaceAll('\\"', '"');
    calls.push({ name, text, began: place, ended: isOpen ? Number.POSITIVE_INFINITY : place });
  });
  return calls;
}

/** Which call came when. A test that asks for a call that was never made fails. */
export class Calls {
  readonly #all: readonly Call[];

  constructor(all: readonly Call[]) {
    this.#all = all;
  }

  /** When a path was given its name: when that began, since all before it must be over by then. */
  renamedTo = (path: string): number =>
    this.#first(
      `a rename to ${path}`,
      ({ name, text }) => name.startsWith('rename') && text.includes(`"${path}"`),
    );

  /** When a program said this on its standard output. */
  said = (words: string): number =>
    this.#first(
      `the words ${words}`,
      ({ name, text }) => name === 'write' && text.startsWith('1<') && text.includes(words),
    );

  first = (name: string, part: string): number =>
    this.#first(`${name} of ${part}`, (call) => call.name === name && call.text.includes(part));

  /** Whether all that was written to a path by `after` was on the disk by `before`. */
  isSynced(
    path: string | RegExp,
    { after = -1, before = Number.POSITIVE_INFINITY }: { after?: number; before?: number },
  ): boolean {
    const isThat = (text: string): boolean => {
      const [, found = ''] = /^\d+<([^>]*)>/.exec(text) ?? [];
      return typeof path === 'string' ? found === path : path.test(found);
    };
    return this.#all.some(
      ({ name, text, began, ended }) =>
        (name === 'fsync' || name === 'fdatasync') && isThat(text) && began > after && ended < before,
    );
  }

  #first(what: string, fits: (call: Call) => boolean): number {
    const call = this.#all.find(fits);
    if (call === undefined) throw new Error(`${what} is not among the calls`);
    return call.began;
  }
}

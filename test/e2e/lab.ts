/**
 * A lab of one host in a folder of its own, in which the real command is typed. Whatever a test starts in it is ended
 * with it, and a test that leaves a trial's process behind fails.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type LabProcess, processesOf, signal } from './processes.ts';
import { masked, stackOf, type Told } from './told.ts';

const command = join(import.meta.dirname, '../../bin/labsweep.js');
const terminal = join(import.meta.dirname, 'terminal.py');
const patienceMs = 30_000;
/** As npm puts it there. */
export const nodeOfCheckout = `node_modules/node-${process.platform}-${process.arch}/bin/node`;

/** `it` with a lab of its own. */
// oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture depends on
export const it = test.extend('lab', ({}, { onCleanup }) => {
  const lab = new Lab();
  onCleanup(() => lab.clear());
  return lab;
});

/** A command that runs. */
export interface Typed {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly said: { out: string; err: string };
  readonly ended: Promise<Told>;
}

/** The same on a terminal of its own: `said.out` is what it shows. */
export interface TypedOnTerminal extends Typed {
  press(keys: string): void;
  /** As when a laptop is closed under an ssh login. */
  hangUp(): void;
}

export class Lab {
  /** Where the person stands, and where the host keeps its files. */
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'labsweep-e2e-')));
  readonly host = join(this.folder, 'host');
  /** Where the next command is typed. */
  cwd = this.folder;
  /** What the person has exported. */
  readonly env: Record<string, string> = {};
  /** With which Node labsweep is typed on a terminal. */
  installedNode = process.execPath;
  /** A command that takes longer is killed. */
  patienceMs = patienceMs;
  readonly #home = join(this.folder, 'home');
  readonly #typed: Typed[] = [];

  /** What the last command wrote to its standard error, colours and all. */
  get lastRaw(): string {
    return this.#typed.at(-1)?.said.err ?? '';
  }

  constructor() {
    mkdirSync(join(this.folder, 'tmp'));
    mkdirSync(this.#home);
    this.inventory(8);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): string {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true, force: true });
  }

  read(name: string): string {
    try {
      return readFileSync(this.path(name), 'utf8');
    } catch {
      return '';
    }
  }

  /** One host, this machine, on which the load of others keeps nothing from starting. */
  inventory(slots: number, more: object = {}): void {
    const limits = { slots, load: 1_000, hostMemory: '100 MB', disk: '1 MB' };
    const hosts = [{ name: 'here', transport: 'local', folder: this.host, limits, ...more }];
    this.write('inventory.json', JSON.stringify({ hosts }));
  }

  /** Types a command and waits for its end. */
  async labsweep(...args: readonly string[]): Promise<Told> {
    return this.type(...args).ended;
  }

  /** Types a command and lets it run. */
  type(...args: readonly string[]): Typed {
    return this.#begin([process.execPath, command, ...args]);
  }

  /** The same, its standard output going to an open file. */
  typeInto(file: number, ...args: readonly string[]): Typed {
    return this.#begin([process.execPath, command, ...args], file);
  }

  /** Types a line of shell, in which `labsweep` is the command. */
  typeInShell(line: string): Typed {
    const script = `labsweep() { '${process.execPath}' '${command}' "$@"; }; ${line}`;
    return this.#begin(['/bin/sh', '-c', script]);
  }

  /** Types `node ARGS…` and lets it run. */
  node(...args: readonly string[]): Typed {
    return this.#begin([process.execPath, ...args]);
  }

  /** Types a command of another checkout, which runs by the Node of that checkout. */
  typeIn(checkout: string, ...args: readonly string[]): Typed {
    return this.#begin([join(checkout, nodeOfCheckout), join(checkout, 'bin/labsweep.js'), ...args]);
  }

  /** Types a command on a pseudo-terminal and lets it run. */
  typeOnTerminal(...args: readonly string[]): TypedOnTerminal {
    const typed = this.#begin(['python3', terminal, this.installedNode, command, ...args]);
    const { stdin } = typed.child;
    stdin?.on('error', () => {}); // it has ended before the key was pressed
    return { ...typed, press: (keys) => void stdin?.write(keys), hangUp: () => void stdin?.end() };
  }

  #begin([program = '', ...args]: readonly string[], out: number | 'pipe' = 'pipe'): Typed {
    const child = spawn(program, args, {
      cwd: this.cwd,
      env: {
        PATH: '/usr/bin:/bin',
        HOME: this.#home,
        TMPDIR: this.path('tmp'),
        LANG: 'C.UTF-8',
        NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
        ...this.env,
      },
      stdio: [program === process.execPath ? 'ignore' : 'pipe', out, 'pipe'],
    });
    const said = { out: '', err: '' };
    if (out !== 'pipe') closeSync(out);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.err += text));
    const late = setTimeout(() => child.kill('SIGKILL'), this.patienceMs);
    const ended = new Promise<Told>((resolve) => {
      child.once('close', (code, ending) => {
        clearTimeout(late);
        const told = { code: code ?? ending, out: this.#plain(said.out), err: this.#plain(said.err) };
        resolve(told);
      });
    });
    const typed = { child, said, ended };
    this.#typed.push(typed);
    return typed;
  }

  /** Types a command that is refused: nothing is started or written, and no stack is shown. @returns what is said */
  async refused(...args: readonly string[]): Promise<string> {
    const before = { files: this.files(), processes: this.processes() };
    const { code, out, err } = await this.labsweep(...args);
    expect({ code, out, stack: stackOf(err) }, err).toEqual({ code: 2, out: '', stack: null });
    expect({ files: this.files(), processes: this.processes() }).toEqual(before);
    return err;
  }

  /** Every file and folder in the lab, by its path. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).toSorted();
  }

  /** What runs of this lab, agents among it. */
  processes(): LabProcess[] {
    return processesOf(this.#home);
  }

  agent(): LabProcess | undefined {
    return this.processes().find(({ isAgent }) => isAgent);
  }

  /** Ends all that runs here and removes the folder. Fails where a trial has left a process behind. */
  async clear(): Promise<void> {
    for (const { child } of this.#typed) child.kill('SIGKILL');
    await Promise.all(this.#typed.map(({ ended }) => ended));
    const isTrial = ({ isAgent }: LabProcess): boolean => !isAgent;
    // The agent looks for what a brief trial has left behind once a second.
    await settles(() => !this.processes().some(isTrial), 3_000);
    const leaked = this.processes().filter(isTrial);
    await this.#end('SIGTERM');
    await this.#end('SIGKILL');
    this.#removeSockets();
    rmSync(this.folder, { recursive: true, force: true });
    expect(leaked, 'processes that outlive their trials').toEqual([]);
  }

  async #end(name: NodeJS.Signals): Promise<void> {
    for (const { pid } of this.processes()) signal(pid, name);
    await settles(() => this.processes().length === 0, 3_000);
  }

  #plain(text: string): string {
    return masked(text, this.folder);
  }

  /** Of agents and coordinators that were killed. They are named by a hash of the folder that they serve. */
  #removeSockets(): void {
    const served = this.files()
      .map((name) => this.path(name))
      .concat(this.folder);
    const sockets = join('/tmp', `labsweep-${userInfo().uid}`);
    for (const folder of served.filter((path) => /\/(host|\.labsweep|labsweep-try-\w+)$/.test(path))) {
      const hash = createHash('sha256').update(folder).digest('hex');
      for (const digits of [16, 24]) rmSync(join(sockets, `${hash.slice(0, digits)}.sock`), { force: true });
    }
  }
}

/** Waits until something is so. @throws with `what` and `seen()` where it never is */
export async function until(what: string, isSo: () => boolean, seen: () => string = () => ''): Promise<void> {
  if (!(await settles(isSo, patienceMs))) throw new Error(`never came: ${what}\n${seen()}`);
}

async function settles(isSo: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > deadline) return false;
    await pause(20);
  }
  return true;
}

/** A real agent in a process of its own, over a folder of its own, and a writer that speaks to it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { refusalSchema, refusalText } from '../../src/model/refusal/refusal.ts';
import { decoder, encode } from '../../src/protocol/framing.ts';
import {
  type FromAgent,
  fromAgentSchema,
  type Lease,
  leaseSchema,
  protocolVersion,
  nothingPredicted,
  type toAgentSchema,
} from '../../src/protocol/messages.ts';
import type { Launch } from '../../src/model/launch.ts';
import { claimsPath } from '../../src/worker/claims/claims.ts';
import { commonFolder } from '../../src/worker/claims/common-folder.ts';
import { socketPath } from '../../src/worker/endpoint.ts';
import { storeOf } from '../content/folders.ts';
import { type LaunchInput, plainLaunch } from '../plain-launch.ts';

const main = join(import.meta.dirname, '../../src/worker/main.ts');
const programs = join(import.meta.dirname, '../fixtures/programs');

export const fixture = (name: string): string => join(programs, name);

export const launchOf = (command: readonly string[], more: Partial<LaunchInput> = {}): Launch =>
  plainLaunch(command, { artifacts: { fetch: ['*'], maxBytes: 50_000_000 }, ...more });

export type LeaseInput = z.input<typeof leaseSchema>;

export const leaseOf = (attempt: string, more: Partial<LeaseInput> = {}): Lease =>
  leaseSchema.parse({
    attempt,
    number: 1,
    trial: `trial-of-${attempt}`,
    launch: 'launch',
    params: {},
    seed: 1,
    resources: { cpus: 0, gpus: 0, gpuMemoryBytes: null, hostMemoryBytes: null, diskBytes: null },
    shape: 'shape',
    predicted: nothingPredicted,
    predictedSeconds: null,
    continues: null,
    alone: false,
    sweep: null,
    priority: 0,
    ...more,
  });

type Said<Kind extends FromAgent['kind']> = Extract<FromAgent, { kind: Kind }>;

/** A coordinator's end of a connection: keeps all that it is told, and waits for what it wants to hear. */
export class Writer {
  readonly heard: FromAgent[] = [];
  readonly #socket: Socket;
  readonly #waiting = new Set<() => void>();
  #read = 0;
  isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const decode = decoder(fromAgentSchema);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      this.heard.push(...decode(chunk));
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  static async connect(path: string): Promise<Writer> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new Writer(socket);
  }

  send(...messages: readonly z.input<typeof toAgentSchema>[]): void {
    this.#socket.write(messages.map(encode).join(''));
  }

  /** Says hello and that nothing is committed; ready to lease. */
  async greet(term = 1, ledger = 'ledger'): Promise<Said<'state'>> {
    this.send({ kind: 'hello', protocol: protocolVersion, ledger, owner: 'mina', term, role: 'writer' });
    const state = await this.hears('state');
    this.send({ kind: 'reconciled', committedLines: {} });
    return state;
  }

  /** The next message of a kind that fits, among those not yet read, or to come. */
  async hears<Kind extends FromAgent['kind']>(
    kind: Kind,
    fits: (message: Said<Kind>) => boolean = () => true,
  ): Promise<Said<Kind>> {
    for (;;) {
      const index = this.heard.findIndex(
        (message, at) => at >= this.#read && isOf(message, kind) && fits(message),
      );
      const message = this.heard[index];
      if (message !== undefined && isOf(message, kind)) return message;
      if (this.isClosed) throw new Error(`closed before ${kind}; heard ${JSON.stringify(this.heard)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  ended = (attempt: string): Promise<Said<'ended'>> =>
    this.hears('ended', (said) => said.attempt === attempt);

  started = (attempt: string): Promise<Said<'started'>> =>
    this.hears('started', (said) => said.attempts.some((started) => started.attempt === attempt));

  /** Leases one attempt of a command, and waits for its end. */
  async run(attempt: string, launch: LaunchInput, more: Partial<LeaseInput> = {}): Promise<Said<'ended'>> {
    this.lease(launch, leaseOf(attempt, more));
    return this.ended(attempt);
  }

  lease(launch: LaunchInput, ...leases: readonly LeaseInput[]): void {
    const id = `launch-${leases[0]?.attempt ?? ''}`;
    this.send(
      { kind: 'launch', launch: id, spec: launch, wheels: null, passed: {} },
      { kind: 'lease', leases: leases.map((lease) => ({ ...lease, launch: id })) },
    );
  }

  /** Waits until an attempt's log has a text; asks again as long as it has not. */
  async logHas(attempt: string, text: string): Promise<string> {
    for (;;) {
      const from = this.heard.length;
      this.send({ kind: 'read-log', attempt, offset: 0 });
      const said = await this.#hearsAfter(from, 'log');
      const log = Buffer.from(said.base64, 'base64').toString();
      if (log.includes(text)) return log;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async #hearsAfter<Kind extends FromAgent['kind']>(from: number, kind: Kind): Promise<Said<Kind>> {
    this.#read = from;
    try {
      return await this.hears(kind);
    } finally {
      this.#read = 0;
    }
  }

  /** What was heard before counts no more. */
  forget(): void {
    this.heard.length = 0;
    this.#read = 0;
  }

  close(): void {
    this.#socket.destroy();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

const isOf = <Kind extends FromAgent['kind']>(message: FromAgent, kind: Kind): message is Said<Kind> =>
  message.kind === kind;

/** What the agent said last that keeps the first of its queue. */
export const holdsOf = (writer: Writer): string =>
  writer.heard
    .flatMap((said) => (said.kind === 'figures' ? [said.holds] : []))
    .at(-1)
    ?.flatMap(({ refusals }) => refusals.map((one) => refusalText(refusalSchema.parse(one))))
    .join('; ') ?? '';

/** Whose files and processes are another's than the test's. Only root may be it. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** A folder and the agents that serve it, one after the other. */
export class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'labsweep-host-'));
  readonly account: Account | null;
  readonly #writers: Writer[] = [];
  #agent: ChildProcess | null = null;

  /** @param account whose agents serve it; null: the one of the test */
  constructor(account: Account | null = null) {
    this.account = account;
    if (account !== null) chownSync(this.folder, account.uid, account.gid);
  }

  /** What empties it while it is there: no test is to empty the machine that it runs on. */
  get holdFile(): string {
    return join(this.folder, 'hold');
  }

  /** Puts a program's files there, and has a writer hear that they are. */
  async bring(writer: Writer, folder: string): Promise<string> {
    const content = join(this.folder, 'content');
    if (existsSync(join(folder, 'train'))) chmodSync(join(folder, 'train'), 0o755);
    const { store, hash } = await storeOf(folder);
    execFileSync('cp', ['-a', `${store}/.`, content]);
    if (this.account !== null) execFileSync('chown', ['-R', `${this.account.uid}`, content]);
    writer.send({ kind: 'content', hashes: [hash] });
    const { present } = await writer.hears('content', (said) => said.hash === hash);
    if (!present) throw new Error(`${hash} is not there`);
    return hash;
  }

  /** Starts an agent, waits until it listens. */
  async serve(idleMs = 60_000, environment: NodeJS.ProcessEnv = process.env): Promise<number> {
    const agent = spawn(
      process.execPath,
      [
        main,
        'serve',
        '--folder',
        this.folder,
        '--idle-ms',
        String(idleMs),
        '--emptied-by-touching',
        this.holdFile,
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: environment,
        ...this.account,
      },
    );
    this.#agent = agent;
    await once(agent.stdout, 'data');
    return agent.pid ?? 0;
  }

  get #socket(): string {
    const own = socketPath(this.folder);
    return this.account === null ? own : join('/tmp', `labsweep-${this.account.uid}`, basename(own));
  }

  async connect(): Promise<Writer> {
    const writer = await Writer.connect(this.#socket);
    this.#writers.push(writer);
    return writer;
  }

  /** A writer that has said hello to a fresh agent. */
  async writer(): Promise<Writer> {
    await this.serve();
    const writer = await this.connect();
    await writer.greet();
    return writer;
  }

  /** Ends the agent, and waits until it is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const agent = this.#agent;
    this.#agent = null;
    if (agent === null || agent.exitCode !== null || agent.signalCode !== null) return;
    agent.kill(signal);
    await once(agent, 'exit');
  }

  get agent(): ChildProcess | null {
    return this.#agent;
  }

  /** The launcher of the agent that serves; null where it has none yet. */
  launcher(): number | null {
    const agent = this.#agent?.pid ?? 0;
    const children = readFileSync(`/proc/${agent}/task/${agent}/children`, 'utf8').trim().split(' ');
    const found = children.find((pid) => argumentsOf(Number(pid)).includes('labsweep launcher'));
    return found === undefined ? null : Number(found);
  }

  runFile = (attempt: string, name: string): string => {
    const [machine = ''] = readdirSync(join(this.folder, 'host'));
    return join(this.folder, 'host', machine, 'runs', attempt, name);
  };

  /** Processes that carry the mark of an attempt of this host: whatever is left of its trials. */
  survivors(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && isOurs(pid, this.folder));
  }

  /** The process whose end is an attempt's: the one that names its exit record. Numbers say nothing of who came first. */
  wrapper(attempt: string): number {
    const record = `\0${this.runFile(attempt, 'exit')}\0`;
    const found = this.survivors().find((pid) => argumentsOf(pid).includes(record));
    if (found === undefined) throw new Error(`no wrapper of ${attempt}`);
    return found;
  }

  /** Cleans up, and tells what was left running. */
  async dispose(release: () => void = () => {}): Promise<number[]> {
    for (const writer of this.#writers) writer.close();
    await this.kill('SIGKILL');
    const left = this.survivors();
    for (const pid of left) process.kill(pid, 'SIGKILL');
    release();
    rmSync(this.folder, { recursive: true, force: true });
    const uid = this.account?.uid ?? process.getuid?.() ?? 0;
    rmSync(this.#socket, { force: true });
    rmSync(claimsPath(commonFolder, this.folder, uid), { force: true });
    return left;
  }
}

function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function isOurs(pid: number, folder: string): boolean {
  try {
    const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
    return (
      state !== 'Z' && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`LABSWEEP_PARAMS=${folder}`)
    );
  } catch {
    return false;
  }
}

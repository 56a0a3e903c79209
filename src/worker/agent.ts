/**
 * The loop around the core: takes what has happened, asks the core, writes its records in one write, then carries its
 * instructions out. Nothing is done that is not on the disk before; if the disk takes no more, nothing is done.
 */
import type { Socket } from 'node:net';
import type { FromAgent, HostFacts } from '../protocol/messages.ts';
import { type AgentLog, describeError } from './agent-log.ts';
import { checkContent, readArtifact, readLog, unpackContent } from './answers.ts';
import type { WorkerEvent } from './core/event.ts';
import { initial } from './core/initial.ts';
import type { Instruction } from './core/instruction.ts';
import type { JournalRecord } from './core/journal-record.ts';
import { snapshot } from './core/snapshot.ts';
import type { WorkerState } from './core/state.ts';
import { transition } from './core/transition.ts';
import { nextDeadline } from './core/watch.ts';
import { Peers } from './peers.ts';
import { inlineFiles, verifyArtifacts } from './spool/artifacts.ts';
import { dropCheckpoint } from './spool/checkpoint.ts';
import { type HostFolder, runFolder } from './spool/host-folder.ts';
import { Journal, readJournal } from './spool/journal.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { HostFiguresReader } from './telemetry/host-figures.ts';
import { kernelUnits } from './telemetry/kernel-units.ts';

export interface AgentOptions {
  readonly host: HostFolder;
  readonly facts: HostFacts;
  /** What trials inherit of the agent's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the figures of the host are read. @default `/proc` */
  readonly procRoot: string;
  /** The agent ends after so long without a connection and without work. */
  readonly idleMs: number;
  /** The host's monotonic clock, in milliseconds since its boot. */
  readonly now: () => number;
  readonly log: AgentLog;
  /** Called once, when it has been idle for long enough. */
  readonly idle: () => void;
}

const sampleEveryMs = 1_000;
const adoptedEveryMs = 100;
/** A journal is compacted when it has grown by this and four times what it was. */
const longJournalBytes = 32 * 1024 * 1024;
/** After a journal that could not be written: the next try. */
const retryMs = 1_000;

export class Agent {
  readonly #options: AgentOptions;
  readonly #peers: Peers;
  readonly #supervisor: Supervisor;
  readonly #figures: HostFiguresReader;
  #journal: Journal;
  /** Its size after it was compacted last. */
  #compactBytes = 0;
  #state: WorkerState;
  #events: WorkerEvent[] = [];
  /** Decided, but not on the disk: waits for it, and everything else behind it. */
  #withheld: Instruction[] = [];
  #turning = false;
  #isFlushDue = false;
  #sampledAt = Number.NEGATIVE_INFINITY;
  #sampleTimer: NodeJS.Timeout | null = null;
  #adoptedTimer: NodeJS.Timeout | null = null;
  #deadlineTimer: NodeJS.Timeout | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #ended = false;

  /** Replays the journal, compacts it, and finds again what runs. @throws the system's error when it cannot be read */
  constructor(options: AgentOptions) {
    this.#options = options;
    const { host, now, procRoot, environment } = options;
    const units = kernelUnits();
    const post = (event: WorkerEvent): void => this.#post(event);
    this.#supervisor = new Supervisor({ host, environment, units, procRoot, now, post });
    this.#figures = new HostFiguresReader(procRoot, host.folder, units);
    this.#peers = new Peers({
      opened: (connection) => this.#post({ kind: 'opened', connection }),
      closed: (connection) => this.#post({ kind: 'closed', connection }),
      received: (connection, messages) =>
        this.#turnWith(messages.map((message) => ({ kind: 'message', connection, message }))),
    });
    this.#state = initial(options.facts);
    const { records, torn } = readJournal(host.journal);
    if (torn > 0) options.log.write(`the journal has ${torn} torn lines, which do not count`);
    for (const record of records)
      [this.#state] = transition(this.#state, { kind: 'replayed', record }, now());
    this.#journal = Journal.rewrite(host.journal, snapshot(this.#state));
    this.#compactBytes = this.#journal.size;
    this.#turnWith([{ kind: 'booted', facts: options.facts }]);
    this.#sample();
  }

  accept(socket: Socket): void {
    this.#peers.add(socket);
  }

  /** Ends the agent; its trials run on, for the next one to find. */
  end(): void {
    this.#ended = true;
    for (const timer of [this.#sampleTimer, this.#adoptedTimer, this.#deadlineTimer, this.#idleTimer])
      if (timer !== null) clearTimeout(timer);
    this.#peers.closeAll();
    this.#journal.close();
  }

  #post(event: WorkerEvent): void {
    this.#turnWith([event]);
  }

  /** Within a turn, what comes is taken by it: a trial's end and the next one's start are one turn. */
  #turnWith(events: readonly WorkerEvent[]): void {
    if (this.#ended) return;
    this.#events.push(...events);
    if (this.#turning) return;
    this.#turning = true;
    try {
      while (this.#events.length > 0 && this.#withheld.length === 0) this.#turnOnce();
    } finally {
      this.#turning = false;
    }
    this.#flushSoon();
    this.#setTimers();
  }

  /** Trials that end together are told of together. */
  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      this.#peers.flush();
    });
  }

  #turnOnce(): void {
    const { now } = this.#options;
    const instructions: Instruction[] = [];
    const events = this.#events;
    this.#events = [];
    for (const event of events) {
      const [state, decided] = transition(this.#state, event, now());
      this.#state = state;
      instructions.push(...decided);
    }
    this.#commit(instructions);
  }

  #commit(instructions: Instruction[]): void {
    const records: JournalRecord[] = [];
    for (const instruction of instructions)
      if (instruction.kind === 'journal') records.push(instruction.record);
    try {
      if (records.length > 0) this.#journal.append(records);
    } catch (error) {
      this.#options.log.write(`the journal cannot be written, so nothing is done: ${describeError(error)}`);
      this.#withheld = instructions;
      setTimeout(() => this.#retry(), retryMs);
      return;
    }
    this.#compactIfLong();
    for (const instruction of instructions) this.#tryTo(instruction);
  }

  /** A night's journal would take the next agent seconds to read. */
  #compactIfLong(): void {
    if (this.#journal.size < longJournalBytes + 4 * this.#compactBytes) return;
    try {
      const long = this.#journal;
      this.#journal = Journal.rewrite(this.#options.host.journal, snapshot(this.#state));
      long.close();
    } catch (error) {
      this.#options.log.write(`the journal cannot be compacted: ${describeError(error)}`);
    }
    this.#compactBytes = this.#journal.size;
  }

  #retry(): void {
    const withheld = this.#withheld;
    this.#withheld = [];
    this.#turning = true;
    try {
      this.#commit(withheld);
    } finally {
      this.#turning = false;
    }
    this.#turnWith([]);
  }

  /** What fails here fails for one attempt or one peer; the agent goes on. */
  #tryTo(instruction: Instruction): void {
    try {
      this.#carryOut(instruction);
    } catch (error) {
      this.#options.log.write(`${instruction.kind} failed: ${describeError(error)}`);
    }
  }

  #carryOut(instruction: Instruction): void {
    const { host } = this.#options;
    switch (instruction.kind) {
      case 'journal':
        break;
      case 'spawn':
        this.#supervisor.spawn(instruction.lease, instruction.launch);
        break;
      case 'adopt':
        this.#supervisor.adopt(
          instruction.lease,
          instruction.launch,
          instruction.process,
          instruction.offsets,
        );
        break;
      case 'signal':
        this.#supervisor.signal(instruction.attempt, instruction.process, instruction.signal);
        break;
      case 'gather':
        this.#supervisor.gather(instruction.lease, instruction.launch, instruction.offsets);
        break;
      case 'verify':
        this.#verify(instruction);
        break;
      case 'drop-checkpoint':
        dropCheckpoint(host, instruction.trial);
        break;
      case 'send':
        this.#peers.send(instruction.connection, instruction.message);
        break;
      case 'send-end':
        this.#sendEnd(instruction);
        break;
      case 'close':
        this.#peers.close(instruction.connection);
        break;
      case 'check-content':
        this.#answer(instruction.connection, checkContent(host, instruction.hash));
        break;
      case 'unpack':
        this.#answer(instruction.connection, unpackContent(host, instruction.hash, instruction.path));
        break;
      case 'read-log': {
        const { connection, attempt, offset, ended } = instruction;
        this.#peers.send(connection, readLog(host, attempt, offset, ended));
        break;
      }
      case 'read-artifact': {
        const { connection, attempt, path, offset } = instruction;
        this.#peers.send(connection, readArtifact(host, attempt, path, offset));
        break;
      }
      default:
        instruction satisfies never;
    }
  }

  #sendEnd({ connection, attempt, end }: Extract<Instruction, { kind: 'send-end' }>): void {
    const files = inlineFiles(runFolder(this.#options.host, attempt).artifacts, end.artifacts);
    this.#peers.send(connection, { kind: 'ended', attempt, end, files });
  }

  #verify({ attempt, end }: Extract<Instruction, { kind: 'verify' }>): void {
    const { artifacts } = runFolder(this.#options.host, attempt);
    void verifyArtifacts(artifacts, end.artifacts).then((intact) =>
      this.#post({ kind: 'verified', attempt, intact }),
    );
  }

  #answer(connection: number, answer: Promise<FromAgent>): void {
    answer.then(
      (message) => {
        this.#peers.send(connection, message);
        this.#flushSoon();
      },
      (error: unknown) => this.#options.log.write(`an answer failed: ${describeError(error)}`),
    );
  }

  #sample(): void {
    const now = this.#options.now();
    this.#sampledAt = now;
    this.#supervisor.readLines();
    const shares = this.#supervisor.sample();
    const cpuMs = shares.reduce((total, share) => total + share.cpuMs, 0);
    const figures = this.#figures.read(now, { count: this.#supervisor.runningCount, cpuMs });
    this.#turnWith([{ kind: 'sampled', figures, shares }]);
  }

  /** Figures are taken only while somebody needs them: trials that run or wait, or a peer that plans by them. */
  #setTimers(): void {
    if (this.#ended) return;
    const isBusy = this.#isBusy();
    if ((isBusy || this.#peers.count > 0) && this.#sampleTimer === null) {
      const dueIn = Math.max(0, this.#sampledAt + sampleEveryMs - this.#options.now());
      this.#sampleTimer = setTimeout(() => {
        this.#sampleTimer = null;
        this.#sample();
      }, dueIn);
    }
    if (this.#adoptedTimer === null && this.#supervisor.hasAdopted)
      this.#adoptedTimer = setTimeout(() => {
        this.#adoptedTimer = null;
        this.#supervisor.lookAfterAdopted();
        this.#setTimers();
      }, adoptedEveryMs);
    this.#setDeadline();
    this.#setIdle(isBusy);
  }

  #setDeadline(): void {
    const due = nextDeadline(this.#state);
    if (this.#deadlineTimer !== null) clearTimeout(this.#deadlineTimer);
    this.#deadlineTimer = null;
    if (due === null) return;
    const inMs = Math.min(Math.max(0, due - this.#options.now()), 2 ** 30);
    this.#deadlineTimer = setTimeout(() => this.#post({ kind: 'tick' }), Math.ceil(inMs));
  }

  #setIdle(isBusy: boolean): void {
    if (isBusy || this.#peers.count > 0) {
      if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
      this.#idleTimer = null;
    } else this.#idleTimer ??= setTimeout(this.#options.idle, this.#options.idleMs);
  }

  /** Ends that nobody has acknowledged keep no agent alive: they are on the disk. */
  #isBusy(): boolean {
    const { active, attempts } = this.#state;
    if (active.size > 0 || this.#supervisor.isWatching || this.#withheld.length > 0) return true;
    for (const { status } of attempts.values()) if (status.kind !== 'ended') return true;
    return false;
  }
}

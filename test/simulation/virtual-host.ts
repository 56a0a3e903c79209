/**
 * A host: its boots, the processes that run on it, what its disk holds, and the agent (the shipped core) that may be
 * killed at any moment. What a real agent does with processes and files is done here with numbers.
 */
import { nothingRead } from '../../src/worker/core/journal-record.ts';
import { nothingPrepared } from '../../src/worker/core/preparation.ts';
import type { AttemptEnd } from '../../src/model/result/attempt-end.ts';
import { decoder } from '../../src/protocol/framing.ts';
import { type FromAgent, type Lease, toAgentSchema } from '../../src/protocol/messages.ts';
import type { Evidence, MeasuredFigures, MeasuredShare, WorkerEvent } from '../../src/worker/core/event.ts';
import { initial } from '../../src/worker/core/initial.ts';
import type { Instruction } from '../../src/worker/core/instruction.ts';
import { type JournalRecord, journalRecordSchema } from '../../src/worker/core/journal-record.ts';
import type { ProcessIdentity, WorkerState } from '../../src/worker/core/state.ts';
import { transition } from '../../src/worker/core/transition.ts';
import type { VirtualClock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Random } from './random.ts';
import type { Story } from './story.ts';
import { gpuFacts, heldBytes, measuredGpus, type Tenant } from './virtual-gpus.ts';

/** A program's process on a host, which knows nothing of agents. */
interface VirtualProcess {
  readonly lease: Lease;
  readonly device: string;
  readonly startedAt: number;
  readonly identity: ProcessIdentity;
  alive: boolean;
}

/** What an attempt leaves on the disk. */
interface Remains {
  exit: number | null;
  reported: boolean;
}

export class VirtualHost {
  readonly name: string;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #story: Story;
  #boot = 1;
  #bootedAt = 0;
  #pid = 100;
  /** The journal, and how many of its records would survive a power loss. */
  #journal: string[] = [];
  #synced = 0;
  readonly #processes = new Map<string, VirtualProcess>();
  readonly #remains = new Map<string, Remains>();
  /** Trials that left something for their next attempts. */
  readonly checkpoints = new Set<string>();
  #agent: Agent | null = null;
  #off = false;
  /** Somebody has taken it over, and says whatever they like beside its agent. */
  lies = false;
  #unpluggedUntil = 0;

  /** How many times faster than it says it runs trials, and whether it fails each at once. */
  readonly #nature: { readonly speed: number; readonly isBroken: boolean };

  constructor(
    name: string,
    nature: { readonly speed: number; readonly isBroken: boolean },
    clock: VirtualClock,
    random: Random,
    story: Story,
  ) {
    this.name = name;
    this.#nature = nature;
    this.#clock = clock;
    this.#random = random;
    this.#story = story;
  }

  /** Trials that run now, whether or not an agent watches them. */
  running(): readonly Lease[] {
    return [...this.#processes.values()].filter(({ alive }) => alive).map(({ lease }) => lease);
  }

  /** With what each has of the host. */
  tenants(): readonly Tenant[] {
    return [...this.#processes.values()]
      .filter(({ alive }) => alive)
      .map(({ lease, device, startedAt }) => ({ lease, device, runsMs: this.#clock.nowMs - startedAt }));
  }

  get isBroken(): boolean {
    return this.#nature.isBroken;
  }

  get reachable(): boolean {
    return !this.#off && this.#clock.nowMs >= this.#unpluggedUntil;
  }

  /** Nobody reaches it; what runs there runs on. */
  unplug(ms: number): void {
    this.#unpluggedUntil = Math.max(this.#unpluggedUntil, this.#clock.nowMs + ms);
  }

  /** A coordinator attaches: the agent is started where none lives. */
  attach(connection: Connection): void {
    if (this.#off) return connection.cut();
    this.#agent ??= new Agent(this.#port());
    this.#agent.attach(connection);
  }

  killAgent(): void {
    if (this.#agent === null) return;
    this.#story.tell(`${this.name}: agent killed`);
    this.#agent.die();
    this.#agent = null;
  }

  /** Processes die, the page cache is gone, the machine comes back with another boot id. */
  losePower(): void {
    if (this.#off) return;
    this.#story.tell(`${this.name}: power lost`);
    this.#story.powerLosses.push({ host: this.name, running: this.running() });
    this.#agent?.die();
    this.#agent = null;
    for (const process of this.#processes.values()) process.alive = false;
    this.#processes.clear();
    this.#journal = this.#journal.slice(0, this.#random.between(this.#synced, this.#journal.length));
    for (const [attempt, remains] of this.#remains) {
      this.#story.excuse(attempt);
      if (this.#random.chance(0.5)) Object.assign(remains, { exit: null, reported: false });
    }
    this.#off = true;
    this.#clock.after(this.#random.between(2_000, 60_000), () => {
      this.#off = false;
      this.#boot += 1;
      this.#bootedAt = this.#clock.nowMs;
      this.#story.tell(`${this.name}: boots again`);
    });
  }

  #port(): AgentPort {
    return {
      host: this.name,
      clock: this.#clock,
      now: () => this.#clock.nowMs - this.#bootedAt,
      bootId: `${this.name}-boot-${this.#boot}`,
      journal: this.#journal,
      appendJournal: (record) => {
        this.#journal.push(JSON.stringify(record));
        if (this.#random.chance(0.3)) this.#synced = this.#journal.length;
      },
      spawn: (lease, device, exited) => this.#spawn(lease, device, exited),
      processOf: (attempt) => this.#processes.get(attempt) ?? null,
      watch: (attempt, exited) => this.#watch(attempt, exited),
      kill: (attempt) => this.#exit(attempt, null),
      remainsOf: (attempt) => this.#remains.get(attempt) ?? { exit: null, reported: false },
      checkpointBytesOf: (trial) => (this.checkpoints.has(trial) ? 1_000 : 0),
      dropCheckpoint: (trial) => void this.checkpoints.delete(trial),
      figures: () => ({
        load: 0,
        othersLoad: 0,
        memoryTotalBytes: 2 ** 36,
        memoryAvailableBytes: 2 ** 35,
        diskFreeBytes: 2 ** 38,
        gpus: measuredGpus(this.tenants()),
      }),
      shares: () => this.tenants().map((tenant) => this.#share(tenant)),
      tell: (text) => this.#story.tell(text),
      survives: () => {
        if (this.#random.chance(0.0003)) this.killAgent();
      },
    };
  }

  readonly #watchers = new Map<string, () => void>();

  #share(tenant: Tenant): MeasuredShare {
    const { attempt } = tenant.lease;
    const startTime = this.#processes.get(attempt)?.identity.startTime ?? null;
    return {
      attempt,
      cpuMs: tenant.runsMs,
      memoryBytes: 0,
      gpuMemoryBytes: heldBytes(tenant),
      startTime,
      suspended: false,
    };
  }

  #spawn(lease: Lease, device: string, exited: () => void): ProcessIdentity {
    this.#pid += 1;
    const identity = { pid: this.#pid, startTime: this.#clock.nowMs - this.#bootedAt };
    const process = { lease, device, startedAt: this.#clock.nowMs, identity, alive: true };
    this.#processes.set(lease.attempt, process);
    this.#remains.set(lease.attempt, { exit: null, reported: false });
    this.#watchers.set(lease.attempt, exited);
    this.#story.started(this.name, lease);
    const { seconds, fails, saves } = scriptOf(lease);
    if (saves) this.checkpoints.add(lease.trial);
    const { speed, isBroken } = this.#nature;
    this.#clock.after(isBroken ? 1 : (seconds * 1_000) / speed, () => {
      if (process.alive) this.#exit(lease.attempt, isBroken ? 127 : fails ? 1 : 0);
    });
    return identity;
  }

  #exit(attempt: string, code: number | null): void {
    const process = this.#processes.get(attempt);
    if (process?.alive !== true) return;
    process.alive = false;
    this.#remains.set(attempt, { exit: code ?? 143, reported: code === 0 });
    this.#story.tell(`${this.name}: ${attempt} exits ${code ?? 'by a signal'}`);
    if (code === 0) this.#story.completed(process.lease);
    this.#clock.after(this.#random.between(0, 5), () => this.#watchers.get(attempt)?.());
  }

  /** @returns whether it runs: if not, `exited` is never called */
  #watch(attempt: string, exited: () => void): boolean {
    const process = this.#processes.get(attempt);
    if (process?.alive !== true) return false;
    this.#watchers.set(attempt, exited);
    return true;
  }
}

/** How a trial behaves, written in its parameters. */
const scriptOf = (lease: Lease): { seconds: number; fails: boolean; saves: boolean } => ({
  seconds: Number(lease.params['seconds'] ?? 1),
  fails: lease.params['fails'] === true,
  saves: Number(lease.params['x'] ?? 0) % 4 !== 3,
});

/** What a host gives the agent that runs on it. */
interface AgentPort {
  readonly host: string;
  readonly clock: VirtualClock;
  now(): number;
  readonly bootId: string;
  readonly journal: readonly string[];
  appendJournal(record: JournalRecord): void;
  spawn(lease: Lease, device: string, exited: () => void): ProcessIdentity;
  processOf(attempt: string): VirtualProcess | null;
  watch(attempt: string, exited: () => void): boolean;
  kill(attempt: string): void;
  remainsOf(attempt: string): Remains;
  checkpointBytesOf(trial: string): number;
  dropCheckpoint(trial: string): void;
  figures(): MeasuredFigures;
  shares(): MeasuredShare[];
  tell(text: string): void;
  /** Between one instruction and the next anybody may kill it. */
  survives(): void;
}

class Agent {
  readonly #port: AgentPort;
  #state: WorkerState;
  #dead = false;
  #connections = new Map<number, Connection>();
  #opened = 0;

  constructor(port: AgentPort) {
    this.#port = port;
    const facts = {
      machine: port.host,
      bootId: port.bootId,
      cpus: 4,
      memoryBytes: 2 ** 36,
      node: 'v24',
      folder: '/lab',
      pid: 1,
      build: 'b',
      user: 'mina',
      gpus: [...gpuFacts],
      gpuProblem: null,
      gpusBroken: false,
      environmentProblem: null,
    };
    this.#state = initial(facts);
    for (const line of port.journal)
      this.#post({ kind: 'replayed', record: journalRecordSchema.parse(JSON.parse(line)) });
    this.#post({ kind: 'booted', facts });
    this.#sample();
  }

  die(): void {
    this.#dead = true;
    for (const connection of this.#connections.values()) connection.close('agent');
  }

  attach(connection: Connection): void {
    this.#opened += 1;
    const id = this.#opened;
    const decode = decoder(toAgentSchema);
    this.#connections.set(id, connection);
    connection.join('agent', {
      received: (chunk) => {
        for (const message of decode(chunk)) this.#post({ kind: 'message', connection: id, message });
      },
      closed: () => {
        this.#connections.delete(id);
        this.#post({ kind: 'closed', connection: id });
      },
    });
    this.#post({ kind: 'opened', connection: id });
  }

  #sample(): void {
    if (this.#dead) return;
    this.#post({ kind: 'sampled', figures: this.#port.figures(), shares: this.#port.shares() });
    this.#post({ kind: 'tick' });
    this.#port.clock.after(1_000, () => this.#sample());
  }

  #post(event: WorkerEvent): void {
    if (this.#dead) return;
    const [state, instructions] = transition(this.#state, event, this.#port.now());
    this.#state = state;
    for (const instruction of instructions) {
      if (this.#dead) return;
      this.#carryOut(instruction);
      this.#port.survives();
    }
  }

  #later(event: WorkerEvent): void {
    this.#port.clock.after(1, () => this.#post(event));
  }

  #carryOut(instruction: Instruction): void {
    const port = this.#port;
    switch (instruction.kind) {
      case 'commit':
        for (const record of instruction.records) port.appendJournal(record);
        return;
      case 'spawn': {
        const { attempt } = instruction.lease;
        const { lease, surroundings } = instruction;
        const process = port.spawn(lease, surroundings.device, () => this.#post({ kind: 'exited', attempt }));
        return this.#later({ kind: 'spawned', at: null, attempt, process, oomKills: 0 });
      }
      case 'claim':
        return this.#later({ kind: 'claims-read', said: instruction.said, others: [], untold: null });
      case 'adopt':
        return this.#adopt(instruction.lease.attempt);
      case 'signal':
        return port.kill(instruction.attempt);
      case 'prepare':
        return this.#later({
          kind: 'prepared',
          ledger: instruction.ledger,
          launch: instruction.launch,
          result: { kind: 'ready', prepared: nothingPrepared, note: null },
        });
      case 'gather':
        return this.#later({
          kind: 'gathered',
          attempt: instruction.lease.attempt,
          evidence: this.#evidence(instruction.lease),
        });
      case 'verify':
        return this.#later({ kind: 'verified', attempt: instruction.attempt, intact: true });
      case 'send':
        return this.#send(instruction.connection, instruction.message);
      case 'send-end':
        return this.#sendEnd(instruction.connection, instruction.attempt, instruction.end);
      case 'close':
        return this.#connections.get(instruction.connection)?.close('agent');
      case 'check-content':
        return this.#send(instruction.connection, {
          kind: 'content',
          hash: instruction.hash,
          present: true,
          problem: null,
        });
      case 'drop-checkpoint':
        return port.dropCheckpoint(instruction.trial);
      // The ways of files are the door's (virtual-coordinator.ts).
      case 'list-checkpoint':
      case 'unpack-checkpoint':
      case 'place-checkpoint':
      case 'discard-checkpoint':
      case 'unpack':
      case 'check-launch':
      case 'end-checks':
      case 'read-log':
      case 'read-file':
        return;
      default:
        return instruction satisfies never;
    }
  }

  #adopt(attempt: string): void {
    const process = this.#port.processOf(attempt);
    const runs = this.#port.watch(attempt, () => this.#post({ kind: 'exited', attempt }));
    if (runs && process !== null)
      return this.#later({ kind: 'spawned', at: null, attempt, process: process.identity, oomKills: 0 });
    return this.#later({ kind: 'exited', attempt });
  }

  #evidence(lease: Lease): Evidence {
    const { exit, reported } = this.#port.remainsOf(lease.attempt);
    const score = Number(lease.params['x'] ?? 0);
    return {
      exit,
      misplaced: null,
      overlong: null,
      hint: null,
      ranMs: 1_000,
      lines: [],
      standing: null,
      offsets: nothingRead,
      printed: reported ? [{ score: lease.params['diverges'] === true ? 'NaN' : score, final: true }] : [],
      oomKills: 0,
      artifacts: [],
      unlisted: null,
      checkpointBytes: exit === 0 ? null : this.#port.checkpointBytesOf(lease.trial),
      // Each trial fails in its own way, or the sweep would stop for a common cause (numbers do not count for that).
      logTail: reported ? '' : exit === 127 ? 'python3: not found' : `no ${'x'.repeat(score + 1)}`,
    };
  }

  #send(connection: number, message: FromAgent): void {
    this.#connections.get(connection)?.send('coordinator', message);
  }

  #sendEnd(connection: number, attempt: string, end: AttemptEnd): void {
    this.#send(connection, { kind: 'ended', attempt, end, files: [] });
  }
}

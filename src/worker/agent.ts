/**
 * The loop around the core: takes what has happened, asks the core, writes its records in one write, then carries its
 * instructions out. Nothing is done that is not on the disk before; if the disk takes no more, nothing is done.
 */
import type { Socket } from 'node:net';
import type { HostFacts } from '../protocol/messages.ts';
import { describeError } from './agent-log.ts';
import type { AgentOptions } from './agent-options.ts';
import { Alarm } from './alarm.ts';
import { Claims } from './claims/claims.ts';
import type { WorkerEvent } from './core/event.ts';
import type { Instruction } from './core/instruction.ts';
import type { JournalRecord } from './core/journal-record.ts';
import { isPreparing } from './core/preparation.ts';
import { snapshot } from './core/snapshot.ts';
import type { WorkerState } from './core/state.ts';
import { transition } from './core/transition.ts';
import { nextDeadline } from './core/watch.ts';
import { Effects } from './effects.ts';
import { Peers } from './peers.ts';
import { CompactedJournal } from './spool/compacted-journal.ts';
import { ContentKeeper } from './spool/content-keeper.ts';
import { Preparations } from './preparation/preparations.ts';
import { AttemptSecrets } from './secrets/attempt-secrets.ts';
import { Redaction, spellingsOfAll } from './secrets/redaction.ts';
import { Sampler } from './sampler.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { HostFiguresReader } from './telemetry/host-figures.ts';
import { kernelUnits } from './telemetry/kernel-units.ts';
import { findNvidiaSmi } from './telemetry/find-nvidia-smi.ts';
import { gpuHardware } from './telemetry/gpu-hardware.ts';
import { NvidiaSmi } from './telemetry/nvidia-smi.ts';

const sampleEveryMs = 1_000;
const adoptedEveryMs = 100;
/** After a journal that could not be written: the next try. */
const retryMs = 1_000;

export class Agent {
  readonly #options: AgentOptions;
  readonly #peers: Peers;
  readonly #supervisor: Supervisor;
  readonly #preparations: Preparations;
  readonly #claims: Claims;
  readonly #effects: Effects;
  readonly #sampler: Sampler;
  readonly #nvidia: NvidiaSmi;
  readonly #sampling = new Alarm(() => this.#sample());
  readonly #lookingAfter = new Alarm(() => this.#lookAfterAdopted());
  readonly #deadline = new Alarm(() => this.#post({ kind: 'tick' }));
  readonly #idling: Alarm;
  readonly #retrying = new Alarm(() => this.#retry());
  readonly #journal: CompactedJournal;
  #state: WorkerState;
  #events: WorkerEvent[] = [];
  /** Decided, but not on the disk: waits for it, and everything else behind it. */
  #withheld: Instruction[] = [];
  #turning = false;
  #sampledAt = Number.NEGATIVE_INFINITY;
  #ended = false;

  /** Compacts the journal, where there is room for it, and finds again what runs. */
  constructor(options: AgentOptions) {
    this.#options = options;
    const { facts: hostFacts } = options.replayed.state;
    const { host, now, procRoot, groups, launcher, login, log } = options;
    const post = (event: WorkerEvent): void => this.#post(event);
    this.#idling = new Alarm(() => options.idle((attempt) => this.#state.attempts.has(attempt)));
    const secrets = new AttemptSecrets(host);
    log.redact = (text) => this.#redact(text);
    const keeper = new ContentKeeper(host.content, hostFacts);
    const together = (act: () => void): void => {
      this.#whileTurning(act);
      this.#turnWith([]);
    };
    const units = kernelUnits();
    const known = { host, keeper, secrets, units, procRoot, groups, now };
    this.#supervisor = new Supervisor({ ...known, launcher, login, post, together });
    this.#peers = new Peers({
      opened: (connection) => this.#post({ kind: 'opened', connection }),
      closed: (connection) => this.#post({ kind: 'closed', connection }),
      received: (connection, messages) =>
        this.#turnWith(messages.map((message) => ({ kind: 'message', connection, message }))),
    });
    this.#preparations = new Preparations(host, keeper, login, log.redact);
    this.#claims = new Claims({
      folder: options.claimsFolder,
      agent: host.folder,
      bootId: hostFacts.bootId,
      shownOf: (session, device) => this.#sampler.shownOf(session, device),
      mostOf: (device) => ({
        hostBytes: hostFacts.memoryBytes,
        gpuBytes: this.#state.facts.gpus?.find(({ uuid }) => uuid === device)?.memoryBytes ?? 0,
      }),
      log,
    });
    this.#effects = new Effects({
      host,
      secrets,
      keeper,
      peers: this.#peers,
      supervisor: this.#supervisor,
      preparations: this.#preparations,
      claims: this.#claims,
      bearing: options.bearing,
      post,
      redact: log.redact,
      log,
    });
    this.#nvidia = new NvidiaSmi({
      program: findNvidiaSmi(options.path, login().environment['PATH'] ?? ''),
      hardware: gpuHardware,
      hostMemoryBytes: hostFacts.memoryBytes,
      now,
      changed: () => this.#gpusFound(),
    });
    const figures = new HostFiguresReader(procRoot, host.folder, units, groups);
    this.#sampler = new Sampler(this.#supervisor, this.#nvidia, figures, options.holdFile);
    this.#state = options.replayed.state;
    const whatHolds = (): Iterable<JournalRecord> => snapshot(this.#state);
    this.#journal = new CompactedJournal(host.journal, options.replayed.sizeBytes, whatHolds, log);
    this.#turnWith([
      { kind: 'recalled', ...options.bearing.recall(), at: Date.now() },
      { kind: 'booted', facts: { ...hostFacts, ...this.#gpuFacts() } },
    ]);
    this.#sample();
  }

  get isConnected(): boolean {
    return this.#peers.count > 0;
  }

  /** @param environmentProblem as of now */
  accept(socket: Socket, environmentProblem: string | null): void {
    this.#nvidia.askAgain();
    this.#post({ kind: 'environment-read', problem: environmentProblem });
    this.#peers.add(socket);
  }

  /** Ends the agent; its trials run on, for the next one to find, unless the host is being shut down. */
  end(): void {
    this.#turnWith([{ kind: 'asked-to-end' }]);
    this.#journal.lookAfter(this.#options.mayAct);
    this.#ended = true;
    this.#options.bearing.farewell();
    for (const alarm of [this.#sampling, this.#lookingAfter, this.#deadline, this.#idling, this.#retrying])
      alarm.clear();
    if (this.#state.active.size === 0) this.#claims.say([]);
    this.#claims.close();
    this.#nvidia.close();
    this.#supervisor.close();
    this.#preparations.close();
    this.#peers.closeAll();
    this.#journal.close();
  }

  /** All values that are known here: what a launch makes or fails of may show those of another. */
  #redact(text: string): string {
    const passed = [...this.#state.ledgers.values()].flatMap((side) => [...side.passed.values()]);
    return passed.length === 0 ? text : new Redaction(passed.flatMap(spellingsOfAll)).text(text);
  }

  #post(event: WorkerEvent): void {
    this.#turnWith([event]);
  }

  /** Within a turn, what comes is taken by it: a trial's end and the next one's start are one turn. */
  #turnWith(events: readonly WorkerEvent[]): void {
    if (this.#ended) return;
    for (const event of events) this.#events.push(event);
    if (this.#turning) return;
    this.#whileTurning(() => {
      while (this.#events.length > 0 && this.#withheld.length === 0) this.#turnOnce();
    });
    this.#setAlarms();
  }

  /** What comes meanwhile waits. */
  #whileTurning(act: () => void): void {
    const isWithin = this.#turning;
    this.#turning = true;
    try {
      act();
    } finally {
      this.#turning = isWithin;
    }
  }

  #turnOnce(): void {
    const instructions: Instruction[] = [];
    const events = this.#events;
    this.#events = [];
    for (const event of events) {
      const [state, decided] = transition(this.#state, event, this.#options.now());
      this.#state = state;
      for (const instruction of decided) instructions.push(instruction);
    }
    this.#commit(instructions);
  }

  #commit(instructions: Instruction[]): void {
    const records: JournalRecord[] = [];
    for (const instruction of instructions)
      if (instruction.kind === 'commit') for (const record of instruction.records) records.push(record);
    if (!this.#options.mayAct()) return;
    try {
      if (records.length > 0) this.#journal.append(records);
    } catch (error) {
      this.#options.log.write(`the journal cannot be written, so nothing is done: ${describeError(error)}`);
      this.#withheld = instructions;
      this.#retrying.set(retryMs);
      this.#peers.sendAll({ kind: 'stuck', because: stuckText(this.#options.host.folder, error) });
      return;
    }
    // What may take the host down with it is known to have started there by the next boot.
    if (instructions.some((instruction) => instruction.kind === 'spawn' && instruction.lease.alone))
      this.#journal.sync();
    this.#journal.compactIfLong();
    for (const instruction of instructions) this.#effects.carryOut(instruction);
  }

  #retry(): void {
    const withheld = this.#withheld;
    this.#withheld = [];
    this.#whileTurning(() => this.#commit(withheld));
    if (this.#withheld.length === 0) this.#peers.sendAll({ kind: 'stuck', because: null });
    this.#turnWith([]);
  }

  #sample(): void {
    const now = this.#options.now();
    this.#sampledAt = now;
    // What cannot be decided on now would pile up.
    if (this.#withheld.length > 0) return;
    this.#journal.lookAfter(this.#options.mayAct);
    this.#supervisor.readLines();
    const sample = this.#sampler.take(this.#claims, now);
    if (sample.kind === 'none') return this.#post({ kind: 'not-sampled', because: sample.because });
    const { figures, shares, claims } = sample;
    this.#turnWith([
      { kind: 'claims-read', said: this.#state.claims.read, ...claims },
      { kind: 'sampled', figures, shares },
    ]);
  }

  /** A GPU without figures takes nothing: they come with it. */
  #gpusFound(): void {
    const { gpus, gpuProblem: problem, gpusBroken: broken } = this.#gpuFacts();
    this.#post({ kind: 'gpus-found', gpus, problem, broken });
    this.#sample();
  }

  #gpuFacts(): Pick<HostFacts, 'gpus' | 'gpuProblem' | 'gpusBroken'> {
    const { facts, problem, isBroken } = this.#nvidia;
    return { gpus: facts?.slice() ?? null, gpuProblem: problem, gpusBroken: isBroken };
  }

  #lookAfterAdopted(): void {
    this.#supervisor.lookAfterAdopted();
    this.#setAlarms();
  }

  /** Figures are taken only while somebody needs them: trials that run or wait, or a peer that plans by them. */
  #setAlarms(): void {
    if (this.#ended) return;
    const now = this.#options.now();
    const isNeeded = this.#isBusy() || this.#peers.count > 0;
    if (isNeeded) this.#sampling.set(this.#sampledAt + sampleEveryMs - now);
    if (isNeeded) this.#idling.clear();
    else this.#idling.set(this.#options.idleMs);
    if (this.#supervisor.hasAdopted) this.#lookingAfter.set(adoptedEveryMs);
    this.#deadline.clear();
    const due = nextDeadline(this.#state);
    if (due !== null) this.#deadline.set(due - now);
  }

  /** Ends that nobody has acknowledged keep no agent alive: they are on the disk. */
  #isBusy(): boolean {
    const { active, attempts } = this.#state;
    if (active.size > 0 || this.#supervisor.isWatching || isPreparing(this.#state)) return true;
    if (this.#withheld.length > 0) return true;
    for (const { status } of attempts.values()) if (status.kind !== 'ended') return true;
    return false;
  }
}

/** For people: where, and what they can do. */
const stuckText = (folder: string, error: unknown): string =>
  `its agent cannot write down what it does in ${folder} (${error instanceof Error ? error.message : String(error)}): ` +
  'nothing starts and no end is told of; make room there, and it goes on';

import type { Launch } from '../model/launch.ts';
import type { AttemptId, HostName, LaunchId } from '../model/ids.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import type { Artifact } from '../model/result/attempt-end.ts';
import type { MetricsBatch } from '../ledger/metrics-batch.ts';
import type { ToAgent } from '../protocol/messages.ts';
import type { ArtifactFiles, CoordinatorEvent, Instruction } from './core/events.ts';
import type { CoordinatorState } from './hosts/state.ts';
import { transition } from './transition/transition.ts';

/** What the loop carries instructions out through: the real things, or a simulation's. */
export interface CoordinatorDoor {
  /** Wall clock in ms. */
  now(): number;
  /** Runs `turn` soon, after what is under way. */
  soon(turn: () => void): void;
  /** Returns once the facts are on disk. @throws when they are not: nothing of this turn may leave the process */
  commit(events: readonly LedgerEvent[], metrics: readonly MetricsBatch[]): void;
  send(host: HostName, message: ToAgent): void;
  /** Connects to a host that was left. */
  enter(host: HostName): void;
  /** Ends the connection to a host, once what was sent is out. */
  leave(host: HostName): void;
  prepare(host: HostName, launch: LaunchId, spec: Launch): void;
  storeArtifacts(attempt: AttemptId, files: ArtifactFiles): void;
  /** Brings artifacts from a host into the state folder. */
  fetch(host: HostName, attempt: AttemptId, artifacts: readonly Artifact[]): void;
  /** Brings a checkpoint from one host to another. */
  carry(what: Extract<Instruction, { kind: 'carry' }>): void;
  answer(to: number, message: string): void;
  /** After each turn that was committed: for those who watch. */
  committed(events: readonly LedgerEvent[], metrics: readonly MetricsBatch[]): void;
  /** A commit failed, or what follows it: this state is ahead of the ledger and must not be used any more. */
  failed(cause: unknown): void;
}

/**
 * observe → decide → commit → apply. Wakes on an event, takes everything that has come since, plans once and commits
 * once, so that a burst of a thousand results costs one fsync.
 */
export class CoordinatorLoop {
  #state: CoordinatorState;
  #inbox: CoordinatorEvent[] = [];
  #scheduled = false;
  #halted = false;
  readonly #door: CoordinatorDoor;

  constructor(state: CoordinatorState, door: CoordinatorDoor) {
    this.#state = state;
    this.#door = door;
  }

  /** What is decided so far. To be read, never changed. */
  get state(): CoordinatorState {
    return this.#state;
  }

  post(event: CoordinatorEvent): void {
    this.#inbox.push(event);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#door.soon(() => this.#turn());
  }

  /** Nothing is decided or carried out any more. */
  halt(): void {
    this.#halted = true;
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#halted) return;
    const events = [...this.#inbox, { kind: 'plan' } as const];
    this.#inbox = [];
    try {
      this.#decideAndCarryOut(events);
    } catch (cause) {
      this.halt();
      this.#door.failed(cause);
    }
  }

  /** An artifact that the disk does not take is not acknowledged either: its host tells of it again. */
  #decideAndCarryOut(events: readonly CoordinatorEvent[]): void {
    const instructions = events.flatMap((event) => this.#decide(event));
    const commits = instructions.filter((instruction) => instruction.kind === 'commit');
    const facts = commits.flatMap((commit) => commit.events);
    const metrics = commits.flatMap((commit) => commit.metrics);
    if (commits.length > 0) this.#door.commit(facts, metrics);
    for (const instruction of instructions) this.#carryOut(instruction);
    this.#door.committed(facts, metrics);
  }

  #decide(event: CoordinatorEvent): readonly Instruction[] {
    const [state, instructions] = transition(this.#state, event, this.#door.now());
    this.#state = state;
    return instructions;
  }

  #carryOut(instruction: Instruction): void {
    switch (instruction.kind) {
      case 'commit':
        return; // done, before everything else
      case 'send':
        return this.#door.send(instruction.host, instruction.message);
      case 'enter':
        return this.#door.enter(instruction.host);
      case 'leave':
        return this.#door.leave(instruction.host);
      case 'prepare':
        return this.#door.prepare(instruction.host, instruction.launch, instruction.spec);
      case 'store-artifacts':
        return this.#door.storeArtifacts(instruction.attempt, instruction.files);
      case 'fetch':
        return this.#door.fetch(instruction.host, instruction.attempt, instruction.artifacts);
      case 'carry':
        return this.#door.carry(instruction);
      case 'answer':
        return this.#door.answer(instruction.to, instruction.message);
      default:
        return instruction satisfies never;
    }
  }
}

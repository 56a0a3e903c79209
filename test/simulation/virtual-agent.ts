/** An agent, the shipped core, on a modelled host: what a real one does with processes and files is done by numbers. */
import { nothingRead } from '../../src/worker/core/journal-record.ts';
import { nothingPrepared } from '../../src/worker/core/preparation.ts';
import type { AttemptEnd } from '../../src/model/result/attempt-end.ts';
import { decoder } from '../../src/protocol/framing.ts';
import { type FromAgent, type HostFacts, type Lease, toAgentSchema } from '../../src/protocol/messages.ts';
import type { Evidence, MeasuredFigures, MeasuredShare, WorkerEvent } from '../../src/worker/core/event.ts';
import { initial } from '../../src/worker/core/initial.ts';
import type { Instruction } from '../../src/worker/core/instruction.ts';
import { type JournalRecord, journalRecordSchema } from '../../src/worker/core/journal-record.ts';
import type { WorkerState } from '../../src/worker/core/state.ts';
import { transition } from '../../src/worker/core/transition.ts';
import { type Ceiling, type Moment, noCeiling } from '../../src/model/ceiling.ts';
import type { VirtualClock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { ProcessIdentity } from '../../src/worker/core/held-attempt.ts';

/** What a host gives the agent that runs on it. */
export interface AgentPort {
  readonly clock: VirtualClock;
  readonly facts: HostFacts;
  /** Milliseconds since the host has booted. */
  now(): number;
  readonly journal: readonly string[];
  appendJournal(record: JournalRecord): void;
  spawn(lease: Lease, device: string, exited: () => void): ProcessIdentity;
  /** @returns the process that runs for an attempt, of which `exited` is told; null where none does */
  watch(attempt: string, exited: () => void): ProcessIdentity | null;
  signal(attempt: string, signal: Extract<Instruction, { kind: 'signal' }>['signal']): void;
  leftBy(lease: Lease): LeftBehind;
  dropCheckpoint(trial: string): void;
  readonly bearing: Bearing;
  figures(): MeasuredFigures;
  shares(): MeasuredShare[];
  /** Between one instruction and the next anybody may kill it. */
  survives(): void;
}

/** What a host's own disk has of what the host bears. */
export interface Bearing {
  ceiling: Ceiling;
  moments: { readonly bootId: string; readonly kept: Moment[] };
}

export const newBearing = (): Bearing => ({ ceiling: noCeiling, moments: { bootId: '', kept: [] } });

type LeftBehind = Pick<Evidence, 'exit' | 'printed' | 'checkpointBytes' | 'logTail'>;

export class VirtualAgent {
  readonly #port: AgentPort;
  #state: WorkerState;
  #dead = false;
  #connections = new Map<number, Connection>();
  #opened = 0;

  constructor(port: AgentPort) {
    this.#port = port;
    this.#state = initial(port.facts);
    for (const line of port.journal)
      this.#post({ kind: 'replayed', record: journalRecordSchema.parse(JSON.parse(line)) });
    const { ceiling, moments } = port.bearing;
    const { bootId } = port.facts;
    this.#post({
      kind: 'recalled',
      ceiling,
      others: [],
      before:
        moments.bootId === bootId || moments.bootId === ''
          ? null
          : { bootId: moments.bootId, moments: moments.kept, hasLeft: false },
      at: port.clock.nowMs,
    });
    if (moments.bootId !== bootId) port.bearing.moments = { bootId, kept: [] };
    this.#post({ kind: 'booted', facts: port.facts });
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
        const process = port.spawn(lease, surroundings.device, () =>
          this.#post({ kind: 'exited', attempt, oomKills: null }),
        );
        return this.#later({ kind: 'spawned', at: null, attempt, process, oomKills: 0 });
      }
      case 'claim':
        return this.#later({
          kind: 'claims-read',
          said: instruction.said,
          others: [],
          accounts: [],
          untold: null,
        });
      case 'adopt':
        return this.#adopt(instruction.lease.attempt);
      case 'signal':
        return port.signal(instruction.attempt, instruction.signal);
      case 'keep-moments':
        port.bearing.moments.kept.push(...instruction.moments);
        return;
      case 'keep-ceiling':
        port.bearing.ceiling = instruction.ceiling;
        return;
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
      case 'discard':
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
    const process = this.#port.watch(attempt, () => this.#post({ kind: 'exited', attempt, oomKills: null }));
    if (process === null) return this.#later({ kind: 'exited', attempt, oomKills: null });
    return this.#later({ kind: 'spawned', at: null, attempt, process, oomKills: 0 });
  }

  #evidence(lease: Lease): Evidence {
    return {
      misplaced: null,
      overlong: null,
      hint: null,
      ranMs: null,
      lines: [],
      standing: null,
      offsets: nothingRead,
      oomKills: 0,
      diskFull: false,
      disk: null,
      artifacts: [],
      unlisted: null,
      ...this.#port.leftBy(lease),
    };
  }

  #send(connection: number, message: FromAgent): void {
    this.#connections.get(connection)?.send('coordinator', message);
  }

  #sendEnd(connection: number, attempt: string, end: AttemptEnd): void {
    this.#send(connection, { kind: 'ended', attempt, end, files: [] });
  }
}

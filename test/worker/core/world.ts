/** The core under a hand that posts events and takes instructions, so that a test can say that none remain. */
import { nothingRead } from '../../../src/worker/core/journal-record.ts';
import { expect } from 'vitest';
import type { z } from 'zod';
import type { Launch } from '../../../src/model/launch.ts';
import type { FromAgent, HostFacts, Lease } from '../../../src/protocol/messages.ts';
import {
  leaseSchema,
  nothingPredicted,
  protocolVersion,
  toAgentSchema,
} from '../../../src/protocol/messages.ts';
import type { OthersClaim } from '../../../src/throttle/host-load.ts';
import type { OthersAccount } from '../../../src/throttle/turns.ts';
import type { OurClaim } from '../../../src/worker/core/claims.ts';
import type { Evidence, MeasuredFigures, WorkerEvent } from '../../../src/worker/core/event.ts';
import { initial } from '../../../src/worker/core/initial.ts';
import type { Instruction } from '../../../src/worker/core/instruction.ts';
import { type JournalRecord, journalRecordSchema } from '../../../src/worker/core/journal-record.ts';
import { snapshot } from '../../../src/worker/core/snapshot.ts';
import type { WorkerState } from '../../../src/worker/core/state.ts';
import { transition } from '../../../src/worker/core/transition.ts';
import { type LaunchInput, plainLaunch } from '../../plain-launch.ts';

const gib = 1024 ** 3;

export const factsOf = (more: Partial<HostFacts> = {}): HostFacts => ({
  machine: 'cedar',
  bootId: 'boot-1',
  cpus: 4,
  memoryBytes: 64 * gib,
  node: 'v24.0.0',
  folder: '/lab',
  pid: 100,
  build: 'build',
  user: 'mina',
  gpus: [],
  gpuProblem: null,
  gpusBroken: false,
  memoryOfGroup: false,
  diskBytes: null,
  environmentProblem: null,
  ...more,
});

export const figuresOf = (more: Partial<MeasuredFigures> = {}): MeasuredFigures => ({
  load: 0,
  othersLoad: 0,
  cores: null,
  memoryPressure: null,
  swapInBytes: null,
  memoryTotalBytes: 64 * gib,
  memoryAvailableBytes: 60 * gib,
  memoryOfGroup: false,
  diskFreeBytes: 500 * gib,
  hold: null,
  weekMinute: null,
  gpus: [],
  ...more,
});

export const launchOf = (more: Partial<LaunchInput> = {}): Launch =>
  plainLaunch(['train'], { artifacts: { fetch: ['*'], maxBytes: 1_000 }, ...more });

export const leaseOf = (
  attempt: string,
  more: Partial<Omit<z.input<typeof leaseSchema>, 'resources'>> & {
    cpus?: number;
    memory?: number | null;
  } = {},
): Lease => {
  const { cpus = 1, memory = gib / 2, ...rest } = more;
  return leaseSchema.parse({
    attempt,
    number: 1,
    trial: `trial-${attempt}`,
    launch: 'launch',
    params: {},
    seed: 1,
    resources: { cpus, gpus: 0, gpuMemoryBytes: null, hostMemoryBytes: memory, diskBytes: null },
    shape: 'shape',
    predicted: nothingPredicted,
    predictedSeconds: null,
    continues: null,
    alone: false,
    sweep: null,
    priority: 0,
    ...rest,
  });
};

const evidenceOf = (more: Partial<Evidence> = {}): Evidence => ({
  exit: 0,
  misplaced: null,
  overlong: null,
  hint: null,
  ranMs: null,
  lines: [],
  standing: null,
  offsets: nothingRead,
  printed: [{ score: 1 }],
  oomKills: null,
  diskFull: false,
  disk: null,
  artifacts: [],
  unlisted: null,
  checkpointBytes: null,
  logTail: '',
  ...more,
});

type Taken<Kind extends Instruction['kind']> = Extract<Instruction, { kind: Kind }>;
type Said<Kind extends FromAgent['kind']> = Extract<FromAgent, { kind: Kind }>;

export class World {
  state: WorkerState;
  now = 1_000;
  readonly journal: string[] = [];
  #instructions: Instruction[] = [];

  constructor(facts: HostFacts = factsOf()) {
    this.state = initial(facts);
  }

  /** An agent that has begun, has figures, and has a writer on connection 1. */
  static greeted(facts?: HostFacts): World {
    const world = new World(facts);
    world.post({ kind: 'booted', facts: world.state.facts });
    world.sample();
    world.greet(1);
    world.forgetMessages();
    return world;
  }

  /** The agent that comes after this one: replays what is in the journal, through its text. */
  next(facts: HostFacts = this.state.facts): World {
    const world = new World(facts);
    world.now = this.now;
    for (const line of this.journal) {
      const record = journalRecordSchema.parse(JSON.parse(line));
      world.post({ kind: 'replayed', record });
      world.journal.push(line);
    }
    return world;
  }

  post(event: WorkerEvent): void {
    const [state, instructions] = transition(this.state, event, this.now);
    this.state = state;
    for (const instruction of instructions) {
      if (instruction.kind === 'commit')
        this.journal.push(...instruction.records.map((record) => JSON.stringify(record)));
      else if (instruction.kind === 'claim') this.carryOutClaim(instruction);
      else this.#instructions.push(instruction);
    }
  }

  /** What other accounts claim. */
  others: readonly OthersClaim[] = [];
  /** What they tell of themselves. */
  accounts: readonly OthersAccount[] = [];
  /** Why they cannot be told of ours. */
  untold: string | null = null;
  /** What this one has said last, and how often it has. */
  claimed: readonly OurClaim[] = [];
  timesSaid = 0;
  /** What is done where an agent writes its file and reads those of the others; tests put theirs in its place. */
  carryOutClaim = (claim: Taken<'claim'>): void => {
    this.claimed = claim.claims;
    this.timesSaid += 1;
    this.post({
      kind: 'claims-read',
      said: claim.said,
      others: this.others,
      accounts: this.accounts,
      untold: this.untold,
    });
  };

  /** The look at the others that comes with each sample. */
  look(): void {
    const { others, accounts, untold } = this;
    this.post({ kind: 'claims-read', said: this.state.claims.read, others, accounts, untold });
  }

  records(kind: JournalRecord['kind']): unknown[] {
    return this.journal
      .map((line) => JSON.parse(line) as JournalRecord)
      .filter((record) => record.kind === kind);
  }

  greet(connection: number, term = 1, ledger = 'ledger'): void {
    this.post({ kind: 'opened', connection });
    this.say(connection, {
      kind: 'hello',
      protocol: protocolVersion,
      ledger,
      owner: 'mina',
      term,
      role: 'writer',
    });
    this.say(connection, { kind: 'reconciled', committedLines: {} });
  }

  say(connection: number, message: z.input<typeof toAgentSchema>): void {
    this.post({ kind: 'message', connection, message: toAgentSchema.parse(message) });
  }

  sample(figures: Partial<MeasuredFigures> = {}): void {
    this.post({ kind: 'sampled', figures: figuresOf(figures), shares: [] });
  }

  /** Leases over connection 1, under the launch `launch`. */
  lease(...leases: readonly Lease[]): void {
    this.say(1, { kind: 'launch', launch: 'launch', spec: launchOf(), wheels: null, passed: {} });
    this.say(1, { kind: 'lease', leases: [...leases] });
  }

  /** Takes the next instruction, which must be of this kind. */
  take<Kind extends Instruction['kind']>(kind: Kind): Taken<Kind> {
    const index = this.#instructions.findIndex((instruction) => instruction.kind === kind);
    const [taken] = index < 0 ? [] : this.#instructions.splice(index, 1);
    if (taken === undefined || !isOf(taken, kind))
      throw new Error(
        `no ${kind} among ${this.#instructions.map((other) => other.kind).join(', ') || 'nothing'}`,
      );
    return taken;
  }

  /** Takes all instructions of a kind, in their order. */
  takeAll<Kind extends Instruction['kind']>(kind: Kind): Taken<Kind>[] {
    const taken: Taken<Kind>[] = [];
    while (this.#instructions.some((instruction) => instruction.kind === kind)) taken.push(this.take(kind));
    return taken;
  }

  /** Takes the next message of a kind to a connection. */
  hear<Kind extends FromAgent['kind']>(kind: Kind, connection = 1): Said<Kind> {
    const index = this.#instructions.findIndex(
      (instruction) =>
        instruction.kind === 'send' &&
        instruction.connection === connection &&
        instruction.message.kind === kind,
    );
    const [taken] = index < 0 ? [] : this.#instructions.splice(index, 1);
    if (taken?.kind !== 'send' || !isMessage(taken.message, kind))
      throw new Error(
        `no ${kind} among ${this.#instructions.map((other) => JSON.stringify(other)).join('\n')}`,
      );
    return taken.message;
  }

  /** Starts what is to be started: takes each spawn and says that it runs. @returns the attempts */
  spawnAll(): string[] {
    const attempts: string[] = [];
    while (this.#instructions.some(({ kind }) => kind === 'spawn')) {
      const { attempt } = this.take('spawn').lease;
      attempts.push(attempt);
      this.post({ kind: 'spawned', attempt, at: null, process: { pid: 200, startTime: 1 }, oomKills: 0 });
    }
    return attempts;
  }

  /** Its processes are gone, and this is what they left. */
  finish(attempt: string, evidence: Partial<Evidence> = {}): void {
    this.post({ kind: 'exited', attempt, oomKills: null });
    this.take('gather');
    this.post({ kind: 'gathered', attempt, evidence: evidenceOf(evidence) });
  }

  /** Everything that is only told, which this test does not ask about. */
  forgetMessages(): void {
    this.#instructions = this.#instructions.filter(({ kind }) => kind !== 'send');
  }

  /** Figures come with every sample, and a launch that needs nothing is ready at once. */
  forgetFigures(): void {
    this.#instructions = this.#instructions.filter(
      (instruction) =>
        instruction.kind !== 'keep-moments' &&
        (instruction.kind !== 'send' ||
          (instruction.message.kind !== 'figures' && instruction.message.kind !== 'launch')),
    );
  }

  expectNothingMore(): void {
    this.forgetFigures();
    expect(this.#instructions).toEqual([]);
  }

  /** A compacted journal replays into the same agent. */
  expectSnapshotEqual(): void {
    const compacted = new World(this.state.facts);
    for (const record of snapshot(this.state))
      compacted.post({
        kind: 'replayed',
        record: journalRecordSchema.parse(JSON.parse(JSON.stringify(record))),
      });
    expect(lasting(compacted.state)).toEqual(lasting(this.next().state));
  }
}

/** What a journal is to keep of a state. */
const lasting = (state: WorkerState): unknown => ({
  bootId: state.bootId,
  hasLeft: state.hasLeft,
  launches: state.launches,
  ledgers: new Map(
    [...state.ledgers.values()].map(({ ledger, term, owner, caps }) => [ledger, { term, owner, caps }]),
  ),
  waiting: new Map([...state.ledgers.values()].map(({ ledger, waiting }) => [ledger, [...waiting]])),
  attempts: state.attempts,
  active: new Set([...state.active].map(({ lease }) => lease.attempt)),
  forgotten: state.forgotten,
});

const isOf = <Kind extends Instruction['kind']>(
  instruction: Instruction,
  kind: Kind,
): instruction is Taken<Kind> => instruction.kind === kind;

const isMessage = <Kind extends FromAgent['kind']>(message: FromAgent, kind: Kind): message is Said<Kind> =>
  message.kind === kind;

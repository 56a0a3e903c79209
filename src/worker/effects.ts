import type { FromAgent } from '../protocol/messages.ts';
import { type AgentLog, describeError } from './agent-log.ts';
import type { BearingFolder } from './bearing/bearing-folder.ts';
import type { Claims } from './claims/claims.ts';
import {
  checkContent,
  describeCheckpoint,
  readFileOf,
  readLog,
  takeCheckpoint,
  unpackContent,
} from './answers.ts';
import type { WorkerEvent } from './core/event.ts';
import type { Instruction } from './core/instruction.ts';
import type { Peers } from './peers.ts';
import { inlineFiles, verifyArtifacts } from './spool/artifacts.ts';
import { discardDraft, dropCheckpoint, placeCheckpoint } from './spool/checkpoint.ts';
import type { ContentKeeper } from './spool/content-keeper.ts';
import { type HostFolder, runFolder } from './spool/host-folder.ts';
import type { AttemptSecrets } from './secrets/attempt-secrets.ts';
import type { Preparations } from './preparation/preparations.ts';
import type { Supervisor } from './supervisor/supervisor.ts';

/** What instructions are carried out with. */
export interface EffectsOptions {
  readonly host: HostFolder;
  readonly secrets: AttemptSecrets;
  readonly keeper: ContentKeeper;
  readonly peers: Peers;
  readonly supervisor: Supervisor;
  readonly preparations: Preparations;
  readonly claims: Claims;
  readonly bearing: BearingFolder;
  readonly post: (event: WorkerEvent) => void;
  /** Takes out of a text what may be told nobody. */
  readonly redact: (text: string) => string;
  readonly log: AgentLog;
}

/** Carries instructions out, once their records are on the disk. */
export class Effects {
  readonly #options: EffectsOptions;

  constructor(options: EffectsOptions) {
    this.#options = options;
  }

  /** What fails here fails for one attempt or one peer; the agent goes on. */
  carryOut(instruction: Instruction): void {
    try {
      this.#act(instruction);
    } catch (error) {
      this.#options.log.write(`${instruction.kind} failed: ${describeError(error)}`);
    }
  }

  #act(instruction: Instruction): void {
    const { host, keeper, peers, supervisor } = this.#options;
    switch (instruction.kind) {
      case 'commit':
        break; // done, before everything else
      case 'spawn':
        supervisor.spawn(instruction.lease, instruction.launch, instruction.surroundings);
        break;
      case 'claim':
        this.#options.claims.say(instruction.claims, instruction.account);
        this.#options.post({
          kind: 'claims-read',
          said: instruction.said,
          ...this.#options.claims.look(),
        });
        break;
      case 'prepare':
        this.#prepare(instruction);
        break;
      case 'adopt':
        supervisor.adopt(instruction.lease, instruction.launch, instruction.process, instruction.offsets);
        break;
      case 'signal':
        supervisor.signal(instruction.attempt, instruction.signal);
        break;
      case 'keep-moments':
        this.#options.bearing.keepMoments(instruction.moments);
        break;
      case 'keep-ceiling':
        this.#options.bearing.keepCeiling(instruction.ceiling);
        break;
      case 'discard':
        supervisor.discard(instruction.attempt);
        break;
      case 'gather':
        supervisor.gather(instruction);
        break;
      case 'verify':
        this.#verify(instruction);
        break;
      case 'drop-checkpoint':
        dropCheckpoint(host, instruction.trial);
        break;
      case 'send':
        peers.send(instruction.connection, instruction.message);
        break;
      case 'send-end':
        this.#sendEnd(instruction);
        break;
      case 'close':
        peers.close(instruction.connection);
        break;
      case 'check-content':
        this.#answer(instruction.connection, checkContent(keeper, instruction.hash));
        break;
      case 'unpack':
        this.#answer(instruction.connection, unpackContent(keeper, host, instruction.hash, instruction.path));
        break;
      case 'check-launch':
        this.#answer(instruction.connection, this.#check(instruction));
        break;
      case 'end-checks':
        this.#options.preparations.endChecks(instruction.connection);
        break;
      case 'read-log': {
        const { connection, attempt, offset, ended } = instruction;
        peers.send(connection, readLog(host, this.#options.secrets, { attempt, offset, ended }));
        break;
      }
      case 'read-file': {
        const { connection, of, path, offset } = instruction;
        peers.send(connection, readFileOf(host, of, path, offset));
        break;
      }
      case 'list-checkpoint':
        this.#answer(
          instruction.connection,
          describeCheckpoint(host, instruction.trial, this.#options.redact),
        );
        break;
      case 'unpack-checkpoint':
        this.#unpackCheckpoint(instruction);
        break;
      case 'place-checkpoint': {
        const { connection, trial } = instruction;
        const problem = placeCheckpoint(host, trial);
        peers.send(connection, { kind: 'checkpoint-restored', trial, problem });
        break;
      }
      case 'discard-checkpoint':
        discardDraft(host, instruction.trial);
        break;
      default:
        instruction satisfies never;
    }
  }

  #unpackCheckpoint({
    connection,
    trial,
    hash,
    path,
  }: Extract<Instruction, { kind: 'unpack-checkpoint' }>): void {
    const { host, post } = this.#options;
    void takeCheckpoint(host, trial, hash, path)
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
      .then((problem) => post({ kind: 'checkpoint-unpacked', connection, trial, problem }));
  }

  #sendEnd({ connection, attempt, end }: Extract<Instruction, { kind: 'send-end' }>): void {
    const { host, peers } = this.#options;
    const files = inlineFiles(runFolder(host, attempt).artifacts, end.artifacts);
    peers.send(connection, { kind: 'ended', attempt, end, files });
  }

  #prepare(instruction: Extract<Instruction, { kind: 'prepare' }>): void {
    const { preparations, post } = this.#options;
    const { ledger, launch } = instruction;
    void preparations
      .prepare(instruction, (doing) => post({ kind: 'preparing', ledger, launch, doing }))
      .then((result) => post({ kind: 'prepared', ledger, launch, result }));
  }

  async #check({ connection, asked }: Extract<Instruction, { kind: 'check-launch' }>): Promise<FromAgent> {
    const checks = await this.#options.preparations.check(connection, asked);
    return { kind: 'launch-checked', checks: [...checks] };
  }

  #verify({ attempt, end }: Extract<Instruction, { kind: 'verify' }>): void {
    const { host, post } = this.#options;
    void verifyArtifacts(runFolder(host, attempt).artifacts, end.artifacts).then((intact) =>
      post({ kind: 'verified', attempt, intact }),
    );
  }

  #answer(connection: number, answer: Promise<FromAgent>): void {
    const { peers, log } = this.#options;
    answer.then(
      (message) => peers.send(connection, message),
      (error: unknown) => log.write(`an answer failed: ${describeError(error)}`),
    );
  }
}

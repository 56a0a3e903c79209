/** A server of the night as labsweep meets it: the shipped agent runs there and sees what nvidia-smi and /proc would show. */
import type { GpuFacts, HostFacts, Lease } from '../../../src/protocol/messages.ts';
import type { MeasuredFigures, MeasuredShare } from '../../../src/worker/core/event.ts';
import type { VirtualClock } from '../clock.ts';
import type { Connection } from '../connection.ts';
import { type AgentPort, type Bearing, VirtualAgent } from '../virtual-agent.ts';
import type { VisitedHost } from '../virtual-coordinator.ts';
import type { Night } from './night.ts';
import { processesOf } from './owners.ts';
import type { GpuNow, Server } from './server.ts';
import type { End, Training } from './training.ts';
import type { NightTrial } from './trials.ts';
import type { ProcessIdentity } from '../../../src/worker/core/held-attempt.ts';

/** A program that is asked to end writes its last checkpoint first. */
const endsMs = 2_000;

interface NightProcess {
  readonly training: Training;
  readonly device: string;
  readonly identity: ProcessIdentity;
  exited: () => void;
}

type Left = ReturnType<AgentPort['leftBy']>;
type Signal = Parameters<AgentPort['signal']>[1];

export class NightHost implements VisitedHost {
  readonly name: string;
  readonly lies = false;
  readonly #server: Server;
  readonly #night: Night;
  readonly #trials: ReadonlyMap<string, NightTrial>;
  readonly #clock: VirtualClock;
  readonly #journal: string[] = [];
  readonly #processes = new Map<string, NightProcess>();
  readonly #left = new Map<string, Left>();
  readonly #bearing: Bearing;
  #agent: VirtualAgent | null = null;
  #boots: number;
  #pid = 100;

  constructor(
    server: Server,
    night: Night,
    trials: ReadonlyMap<string, NightTrial>,
    clock: VirtualClock,
    bearing: Bearing,
  ) {
    this.#bearing = bearing;
    this.name = server.machine.name;
    this.#server = server;
    this.#night = night;
    this.#trials = trials;
    this.#clock = clock;
    this.#boots = server.boots;
  }

  get reachable(): boolean {
    return this.#server.isUp(this.#night.second);
  }

  attach(connection: Connection): void {
    if (!this.reachable) return connection.cut();
    this.#agent ??= new VirtualAgent(this.#port());
    this.#agent.attach(connection);
  }

  /** Asked each second: whether it has gone down since. */
  follow(): void {
    if (this.#boots === this.#server.boots) return;
    this.#boots = this.#server.boots;
    this.#agent?.die();
    this.#agent = null;
    this.#processes.clear();
  }

  hasCheckpoint(trial: string): boolean {
    const known = this.#trials.get(trial);
    return known !== undefined && this.#night.isSavedOn(known, this.#server);
  }

  takeCheckpoint(trial: string): void {
    const known = this.#trials.get(trial);
    if (known !== undefined) this.#night.carry(known, this.#server);
  }

  #port(): AgentPort {
    const { bootedAt, boots, machine } = this.#server;
    const facts: HostFacts = {
      machine: machine.name,
      bootId: `${machine.name}-boot-${this.#night.name}-${boots}`,
      cpus: machine.cores,
      memoryBytes: machine.bytes,
      node: 'v24',
      folder: '/lab',
      pid: 1,
      build: 'b',
      user: 'sweep',
      gpus: machine.gpus.map(
        ({ uuid, index, kind, bytes }): GpuFacts => ({
          uuid,
          index,
          name: kind,
          memoryBytes: bytes,
          problem: null,
        }),
      ),
      gpuProblem: null,
      gpusBroken: false,
      memoryOfGroup: false,
      diskBytes: null,
      environmentProblem: null,
    };
    return {
      clock: this.#clock,
      facts,
      now: () => this.#clock.nowMs - bootedAt * 1_000,
      journal: this.#journal,
      appendJournal: (record) => void this.#journal.push(JSON.stringify(record)),
      spawn: (lease, device, exited) => this.#spawn(lease, device, exited),
      watch: (attempt, exited) => this.#watch(attempt, exited),
      signal: (attempt, signal) => this.#signal(attempt, signal),
      leftBy: ({ attempt }) => this.#left.get(attempt) ?? leftBy('host-down'),
      dropCheckpoint: () => {},
      bearing: this.#bearing,
      figures: () => this.#figures(),
      shares: () => [...this.#processes].map(([attempt, process]) => shareOf(attempt, process)),
      survives: () => {},
    };
  }

  #spawn(lease: Lease, device: string, exited: () => void): ProcessIdentity {
    const trial = this.#trials.get(lease.trial);
    const gpu = this.#server.gpus.find((one) => one.gpu.uuid === device)?.gpu.index;
    if (trial === undefined || gpu === undefined) throw new Error(`${lease.trial} cannot start on ${device}`);
    const { attempt } = lease;
    this.#pid += 1;
    const identity = { pid: this.#pid, startTime: this.#pid };
    const resumes = lease.continues !== null && this.hasCheckpoint(lease.trial);
    const training = this.#night.start(trial, { server: this.#server, gpu }, resumes, (end) => {
      const process = this.#processes.get(attempt);
      this.#processes.delete(attempt);
      this.#left.set(attempt, leftBy(end));
      if (end !== 'host-down') this.#clock.after(1, () => process?.exited());
    });
    this.#processes.set(attempt, { training, device, identity, exited });
    return identity;
  }

  #watch(attempt: string, exited: () => void): ProcessIdentity | null {
    const process = this.#processes.get(attempt);
    if (process === undefined) return null;
    process.exited = exited;
    return process.identity;
  }

  #signal(attempt: string, signal: Signal): void {
    const training = this.#processes.get(attempt)?.training;
    if (training === undefined) return;
    if (signal === 'STOP' || signal === 'CONT') {
      training.isSuspended = signal === 'STOP';
      return;
    }
    training.isSuspended = false;
    if (signal === 'KILL') return this.#night.end(training, this.#server, 'stopped');
    this.#clock.after(endsMs, () => {
      if (this.#processes.get(attempt)?.training === training)
        this.#night.end(training, this.#server, 'stopped');
    });
  }

  #figures(): MeasuredFigures {
    const server = this.#server;
    const others = processesOf(server.ownersAt(this.#night.second));
    return {
      load: others + this.#processes.size,
      othersLoad: others,
      cores: null,
      memoryPressure: null,
      swapInBytes: null,
      memoryTotalBytes: server.machine.bytes,
      memoryAvailableBytes: Math.max(0, server.machine.bytes - server.usedBytes()),
      memoryOfGroup: false,
      diskFreeBytes: 2 ** 38,
      hold: null,
      weekMinute: null,
      gpus: server.gpus.map((now) => this.#gpuFigures(now)),
    };
  }

  #gpuFigures({ gpu, wanted, celsius, watts }: GpuNow): MeasuredFigures['gpus'][number] {
    const owners = this.#server.ownersAt(this.#night.second).filter(({ gpus }) => gpus.includes(gpu.index));
    return {
      uuid: gpu.uuid,
      memoryUsedBytes: this.#server.gpuUsedBytes(gpu.index),
      memoryTotalBytes: gpu.bytes,
      utilisation: Math.min(1, wanted),
      temperatureCelsius: celsius,
      powerWatts: watts,
      powerLimitWatts: gpu.limitWatts,
      others: owners.map(() => ({ user: null, isClaimed: false, idleMs: 0 })),
      problem: null,
      ageMs: 0,
      listsProcesses: true,
    };
  }
}

const shareOf = (attempt: string, { training, identity }: NightProcess): MeasuredShare => ({
  attempt,
  cpuMs: training.ranSeconds * 1_000,
  memoryBytes: training.held.hostBytes,
  gpuMemoryBytes: training.held.gpuBytes,
  startTime: identity.startTime,
  suspended: training.isSuspended,
  hasCheckpoint: training.saved > 0,
});

const statuses: Readonly<Record<End, number | null>> = {
  done: 0,
  'out-of-memory': 1,
  stopped: 143,
  'host-down': null,
};

const leftBy = (end: End): Left => ({
  exit: statuses[end],
  printed: end === 'done' ? [{ score: 1, final: true }] : [],
  checkpointBytes: end === 'done' ? null : 1_000,
  logTail: end === 'out-of-memory' ? 'CUDA out of memory' : '',
});

/**
 * A host: its boots, the processes that run on it, what its disk holds, and the agent (the shipped core) that may be
 * killed at any moment. What a real agent does with processes and files is done here with numbers.
 */
import type { HostFigures, Lease } from '../../src/protocol/messages.ts';
import type { MeasuredShare } from '../../src/worker/core/event.ts';
import type { VirtualClock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Random } from './random.ts';
import type { Story } from './story.ts';
import { type AgentPort, newBearing, VirtualAgent } from './virtual-agent.ts';
import { fairWeather, gpuFacts, heldBytes, measuredGpus, type Tenant, tellingWatts } from './virtual-gpus.ts';
import type { ProcessIdentity } from '../../src/worker/core/held-attempt.ts';

/** A program's process on a host, which knows nothing of agents. */
interface VirtualProcess {
  readonly lease: Lease;
  readonly device: string;
  readonly startedAt: number;
  readonly identity: ProcessIdentity;
  alive: boolean;
  /** It is stopped (SIGSTOP), and what it would have exited with meanwhile. */
  isStill: boolean;
  wasStill: boolean;
  due: number | null;
}

/** What an attempt leaves on the disk. */
interface Remains {
  exit: number | null;
  reported: boolean;
}

/** An agent has looked by then, if it is one that looks. */
const samplesWithinMs = 3_000;

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
  readonly #bearing = newBearing();
  readonly #weather = fairWeather();
  readonly #keptFree = { from: 0, until: 0 };
  #agent: VirtualAgent | null = null;
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
      .map(({ lease, device, startedAt, isStill }) => ({
        lease,
        device,
        runsMs: this.#clock.nowMs - startedAt,
        isStill,
      }));
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

  hasCheckpoint(trial: string): boolean {
    return this.checkpoints.has(trial);
  }

  takeCheckpoint(trial: string): void {
    this.checkpoints.add(trial);
  }

  /** A coordinator attaches: the agent is started where none lives. */
  attach(connection: Connection): void {
    if (this.#off) return connection.cut();
    this.#agent ??= this.#boots();
    this.#agent.attach(connection);
  }

  /** P5: an agent that begins after a crash under load knows the ceiling before it starts anything. */
  #boots(): VirtualAgent {
    const { moments, ceiling } = this.#bearing;
    const port = this.#port();
    const last = moments.bootId === port.facts.bootId ? undefined : moments.kept.at(-1);
    const agent = new VirtualAgent(port);
    if ((last?.watts ?? 0) > tellingWatts && (last?.running ?? 0) > 0 && this.#bearing.ceiling === ceiling)
      this.#story.breach(`P5: ${this.name} went down under ${last?.watts} W, and has learned nothing`);
    return agent;
  }

  /** Its GPUs are too hot for a while, or somebody else uses them. */
  heat(ms: number): void {
    this.#story.tell(`${this.name}: its GPUs are hot for ${(ms / 1_000).toFixed(0)} s`);
    for (const { uuid } of gpuFacts) this.#weather.hotUntil.set(uuid, this.#clock.nowMs + ms);
  }

  visit(ms: number): void {
    this.#story.tell(`${this.name}: somebody comes for ${(ms / 1_000).toFixed(0)} s`);
    for (const { uuid } of gpuFacts) this.#weather.othersUntil.set(uuid, this.#clock.nowMs + ms);
  }

  /** Somebody touches the file that empties it, and removes it later. */
  keepFree(ms: number): void {
    const { nowMs } = this.#clock;
    this.#story.tell(`${this.name}: somebody keeps it free for ${(ms / 1_000).toFixed(0)} s`);
    if (nowMs >= this.#keptFree.until) this.#keptFree.from = nowMs;
    this.#keptFree.until = Math.max(this.#keptFree.until, nowMs + ms);
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
      clock: this.#clock,
      facts: {
        machine: this.name,
        bootId: `${this.name}-boot-${this.#boot}`,
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
        memoryOfGroup: false,
        diskBytes: null,
        environmentProblem: null,
      },
      now: () => this.#clock.nowMs - this.#bootedAt,
      journal: this.#journal,
      appendJournal: (record) => {
        this.#journal.push(JSON.stringify(record));
        if (this.#random.chance(0.3)) this.#synced = this.#journal.length;
      },
      spawn: (lease, device, exited) => this.#spawn(lease, device, exited),
      watch: (attempt, exited) => this.#watch(attempt, exited),
      signal: (attempt, signal) => this.#signal(attempt, signal),
      leftBy: (lease) => this.#leftBy(lease),
      bearing: this.#bearing,
      dropCheckpoint: (trial) => void this.checkpoints.delete(trial),
      figures: () => ({
        load: 0,
        othersLoad: 0,
        cores: null,
        memoryPressure: null,
        swapInBytes: null,
        memoryTotalBytes: 2 ** 36,
        memoryAvailableBytes: 2 ** 35,
        memoryOfGroup: false,
        diskFreeBytes: 2 ** 38,
        hold: this.#hold(),
        weekMinute: null,
        gpus: measuredGpus(this.tenants(), this.#weather, this.#clock.nowMs),
      }),
      shares: () => this.tenants().map((tenant) => this.#share(tenant)),
      survives: () => {
        if (this.#random.chance(0.0003)) this.killAgent();
      },
    };
  }

  #hold(): HostFigures['hold'] {
    const { from, until } = this.#keptFree;
    const { nowMs } = this.#clock;
    return nowMs < until ? { file: '/tmp/labsweep-hold', user: 'mina', ms: nowMs - from } : null;
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
      suspended: tenant.isStill,
      hasCheckpoint: this.checkpoints.has(tenant.lease.trial),
    };
  }

  #spawn(lease: Lease, device: string, exited: () => void): ProcessIdentity {
    if ((this.#hold()?.ms ?? 0) > samplesWithinMs)
      this.#story.breach(`P4: ${lease.attempt} starts on ${this.name}, which somebody keeps free`);
    this.#pid += 1;
    const identity = { pid: this.#pid, startTime: this.#clock.nowMs - this.#bootedAt };
    const still = { isStill: false, wasStill: false, due: null };
    const process: VirtualProcess = {
      lease,
      device,
      startedAt: this.#clock.nowMs,
      identity,
      alive: true,
      ...still,
    };
    this.#processes.set(lease.attempt, process);
    this.#remains.set(lease.attempt, { exit: null, reported: false });
    this.#watchers.set(lease.attempt, exited);
    this.#story.started(this.name, lease);
    const { seconds, fails, saves } = scriptOf(lease);
    if (saves) this.checkpoints.add(lease.trial);
    const { speed, isBroken } = this.#nature;
    this.#clock.after(isBroken ? 1 : (seconds * 1_000) / speed, () => {
      const code = isBroken ? 127 : fails ? 1 : 0;
      if (process.isStill) process.due = code;
      else if (process.alive) this.#exit(lease.attempt, code);
    });
    return identity;
  }

  #signal(attempt: string, signal: Parameters<AgentPort['signal']>[1]): void {
    const process = this.#processes.get(attempt);
    if (process?.alive !== true) {
      // It came to its end that very moment: its agent, which tells it to stop, does not know whether it stopped early.
      if (process !== undefined && signal === 'TERM') this.#story.excuse(attempt);
      return;
    }
    this.#story.tell(`${this.name}: ${signal} for ${attempt}`);
    switch (signal) {
      case 'STOP':
        this.#story.stopped += 1;
        Object.assign(process, { isStill: true, wasStill: true });
        return;
      case 'CONT':
        if (!process.wasStill) this.#story.breach(`P4: ${attempt} is let go on, which nobody had stopped`);
        process.isStill = false;
        if (process.due !== null) this.#exit(attempt, process.due);
        return;
      case 'TERM':
      case 'KILL':
        return this.#exit(attempt, null);
      default:
        signal satisfies never;
    }
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

  #watch(attempt: string, exited: () => void): ProcessIdentity | null {
    const process = this.#processes.get(attempt);
    if (process?.alive !== true) return null;
    this.#watchers.set(attempt, exited);
    return process.identity;
  }

  #leftBy(lease: Lease): ReturnType<AgentPort['leftBy']> {
    const { exit, reported } = this.#remains.get(lease.attempt) ?? { exit: null, reported: false };
    const score = Number(lease.params['x'] ?? 0);
    return {
      exit,
      printed: reported ? [{ score: lease.params['diverges'] === true ? 'NaN' : score, final: true }] : [],
      checkpointBytes: exit === 0 ? null : this.checkpoints.has(lease.trial) ? 1_000 : 0,
      // Each trial fails in its own way, or the sweep would stop for a common cause (numbers do not count for that).
      logTail: reported ? '' : exit === 127 ? 'python3: not found' : `no ${'x'.repeat(score + 1)}`,
    };
  }
}

/** How a trial behaves, written in its parameters. */
const scriptOf = (lease: Lease): { seconds: number; fails: boolean; saves: boolean } => ({
  seconds: Number(lease.params['seconds'] ?? 1),
  fails: lease.params['fails'] === true,
  saves: Number(lease.params['x'] ?? 0) % 4 !== 3,
});

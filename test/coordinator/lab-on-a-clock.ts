/** A lab whose hosts take leases, run the longest of a launch first, as agents do, and give back what they are asked for, on a virtual clock. */
import type { CoordinatorEvent, Instruction } from '../../src/coordinator/core/events.ts';
import { newFleetHost } from '../../src/coordinator/hosts/fleet-host.ts';
import { plainHost } from '../plain-host.ts';
import { restore } from '../../src/coordinator/core/restore.ts';
import type { CoordinatorState } from '../../src/coordinator/hosts/state.ts';
import { transition } from '../../src/coordinator/transition/transition.ts';
import type { PointDeclaration } from '../../src/ledger/events.ts';
import { type HostName, hostName } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/result/outcome.ts';
import { type FromAgent, fromAgentSchema, type Lease, type ToAgent } from '../../src/protocol/messages.ts';
import { noLimits } from '../../src/throttle/limits.ts';
import { VirtualClock } from '../simulation/clock.ts';
import { beginning, calm, declarationOf, endOf, factsOf, failure } from './world.ts';
import { coordinatorEvent, type ToldEvent } from '../told.ts';

export interface ClockHost {
  readonly name: string;
  readonly slots: number;
  /** How many times faster than a host of speed 1. */
  readonly speed: number;
  /** Every trial ends so, after `seconds`. */
  readonly breaks?: { readonly outcome: Outcome; readonly seconds: number; readonly logTail: string };
  /** Asked for each trial that it starts: how that one fails; null where it does not. */
  readonly fails?: (x: number) => ClockHost['breaks'] | null;
  /** When it can be reached, in seconds. */
  readonly readyAfter?: number;
}

/** A broken interpreter. */
export const breaksAtOnce = {
  outcome: failure('exit code 127'),
  seconds: 0.01,
  logTail: 'python3: not found',
} as const;

const latencyMs = 25;
const turnMs = 25;

export class LabOnAClock {
  readonly clock = new VirtualClock();
  /** Hosts on which each trial ran to its end, in order. */
  readonly ran = new Map<string, string[]>();
  takenBack = 0;
  state: CoordinatorState;
  readonly #hosts: Map<HostName, Running>;
  #inbox: CoordinatorEvent[] = [];

  constructor(hosts: readonly ClockHost[]) {
    const fleet = hosts.map(({ name, slots }) => newFleetHost(plainHost(name, { ...noLimits, slots })));
    this.state = restore(beginning, fleet, new Map());
    this.#hosts = new Map(hosts.map((host) => [hostName(host.name), new Running(this, host)]));
    this.#passTime();
    for (const { name, slots, readyAfter } of hosts)
      this.clock.after((readyAfter ?? 0) * 1_000, () => {
        this.#connect(hostName(name), slots);
        this.#figures(hostName(name));
      });
  }

  declare(points: readonly PointDeclaration[], options: Parameters<typeof declarationOf>[0] = {}): void {
    const declaration = declarationOf(options);
    this.post({ kind: 'asked', by: 1, command: { kind: 'run', declaration, points: [...points] } });
  }

  post(event: ToldEvent): void {
    if (this.#inbox.push(coordinatorEvent(event)) === 1) this.clock.after(turnMs, () => this.#turn());
  }

  say(host: HostName, said: FromAgent): void {
    const message = fromAgentSchema.parse(said);
    this.clock.after(latencyMs, () => this.post({ kind: 'host-message', host, message }));
  }

  /** Until nothing waits or runs. @returns seconds of the virtual clock */
  untilRest(withinSeconds = 1_000_000): number {
    let lastEnd = 0;
    while (this.clock.nowMs < withinSeconds * 1_000 && this.clock.step()) {
      const rests = [...this.state.ledger.sweeps.values()].every(
        ({ counts, status }) =>
          counts.leased + counts.running === 0 && (counts.queued === 0 || status.kind === 'stopped'),
      );
      if (rests && this.state.ledger.sweeps.size > 0 && this.#inbox.length === 0) break;
      lastEnd = this.clock.nowMs / 1_000;
    }
    return lastEnd;
  }

  until(seconds: number): void {
    while (this.clock.nowMs < seconds * 1_000 && this.clock.step());
  }

  /** Trials that each host ran to a good end. */
  shares(): Record<string, number> {
    const shares = Object.fromEntries([...this.#hosts.keys()].map((name) => [name, 0]));
    for (const hosts of this.ran.values()) for (const name of hosts) shares[name] = (shares[name] ?? 0) + 1;
    return shares;
  }

  #connect(host: HostName, cpus: number): void {
    this.post({ kind: 'host-connected', host, facts: factsOf(cpus), endsWithLogin: null });
    this.post({
      kind: 'host-message',
      host,
      message: { kind: 'state', backlog: [], running: [], ended: [] },
    });
  }

  #figures(host: HostName): void {
    const running = this.#hosts.get(host)?.running ?? 0;
    this.say(host, { kind: 'figures', figures: { ...calm, running }, holds: [], others: [] });
    this.clock.after(1_000, () => this.#figures(host));
  }

  #passTime(): void {
    this.clock.after(latencyMs, () => this.post({ kind: 'time-passed', sinceMs: 1_000 }));
    this.clock.after(1_000, () => this.#passTime());
  }

  #turn(): void {
    const events = [...this.#inbox, { kind: 'plan' } as const];
    this.#inbox = [];
    for (const event of events) {
      const [state, instructions] = transition(this.state, event, this.clock.nowMs);
      this.state = state;
      for (const instruction of instructions) this.#carryOut(instruction);
    }
  }

  #carryOut(instruction: Instruction): void {
    if (instruction.kind === 'prepare') {
      const { host, launch } = instruction;
      this.clock.after(latencyMs, () => this.post({ kind: 'launch-ready', host, launch }));
    }
    if (instruction.kind === 'enter') {
      const { host } = instruction;
      this.clock.after(latencyMs, () => this.#connect(host, this.#hosts.get(host)?.slots ?? 1));
    }
    if (instruction.kind !== 'send') return;
    const { host, message } = instruction;
    this.clock.after(latencyMs, () => this.#hosts.get(host)?.heard(message));
  }
}

/** What runs and waits on a host. */
class Running {
  running = 0;
  readonly #lab: LabOnAClock;
  readonly #host: ClockHost;
  #waiting: Lease[] = [];
  readonly #expected = new Map<string, number | null>();

  constructor(lab: LabOnAClock, host: ClockHost) {
    this.#lab = lab;
    this.#host = host;
  }

  get slots(): number {
    return this.#host.slots;
  }

  heard(message: ToAgent): void {
    const { name } = this.#host;
    if (message.kind === 'lease') this.#waiting.push(...message.leases);
    if (message.kind === 'expect')
      for (const { shape, seconds } of message.shapes) this.#expected.set(shape, seconds);
    if (message.kind === 'lease' || message.kind === 'expect') this.#sort();
    if (message.kind === 'take-back') {
      const asked = new Set(message.attempts);
      const given = this.#waiting.filter(({ attempt }) => asked.has(attempt)).map(({ attempt }) => attempt);
      this.#waiting = this.#waiting.filter(({ attempt }) => !asked.has(attempt));
      const kept = message.attempts.filter((id) => !given.includes(id));
      this.#lab.takenBack += given.length;
      this.#lab.say(hostName(name), { kind: 'taken-back', attempts: given, kept });
    }
    if (message.kind === 'cancel')
      for (const attempt of message.attempts) {
        if (!this.#waiting.some((lease) => lease.attempt === attempt)) continue;
        this.#waiting = this.#waiting.filter((lease) => lease.attempt !== attempt);
        this.#end(attempt, endOf({ kind: 'cancelled' }));
      }
    this.#startWhatFits();
  }

  #sort(): void {
    const launches = [...new Set(this.#waiting.map(({ launch }) => launch))];
    const seconds = (lease: Lease): number => this.#expected.get(lease.shape) ?? lease.predictedSeconds ?? 0;
    this.#waiting.sort(
      (one, other) =>
        launches.indexOf(one.launch) - launches.indexOf(other.launch) || seconds(other) - seconds(one),
    );
  }

  #startWhatFits(): void {
    const { name, slots, speed } = this.#host;
    for (; this.running < slots; this.running += 1) {
      const lease = this.#waiting.shift();
      if (lease === undefined) return;
      const breaks = this.#host.breaks ?? this.#host.fails?.(Number(lease.params['x'])) ?? undefined;
      const seconds = breaks?.seconds ?? Number(lease.params['seconds'] ?? 1) / speed;
      const attempts = [{ attempt: lease.attempt, device: 'cpu' }];
      if (seconds > 0.1) this.#lab.say(hostName(name), { kind: 'started', attempts });
      this.#lab.clock.after(seconds * 1_000, () => {
        this.running -= 1;
        if (breaks === undefined)
          this.#lab.ran.set(lease.trial, [...(this.#lab.ran.get(lease.trial) ?? []), name]);
        const end = endOf(breaks?.outcome ?? { kind: 'succeeded' }, breaks === undefined ? 1 : null);
        this.#end(lease.attempt, { ...end, seconds, logTail: breaks?.logTail ?? '' });
        this.#startWhatFits();
      });
    }
  }

  #end(attempt: string, end: ReturnType<typeof endOf>): void {
    this.#lab.say(hostName(this.#host.name), { kind: 'ended', attempt, end, files: [] });
  }
}

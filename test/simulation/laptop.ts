/** The machine on which coordinators run: it sleeps, they are stopped on it, and its wall clock is set by hand. */
import type { HostName } from '../../src/model/ids.ts';
import type { VirtualClock } from './clock.ts';

export class Laptop {
  readonly #clock: VirtualClock;
  #skewMs = 0;
  #wakesAt = 0;
  #sleptMs = 0;
  #stoppedMs = 0;
  /** When each host was heard of last, in awake time. */
  readonly #heard = new Map<HostName, number>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Wall clock in ms. */
  now(): number {
    return this.#clock.nowMs + this.#skewMs;
  }

  setClock(byMs: number): void {
    this.#skewMs += byMs;
  }

  sleep(ms: number): void {
    if (this.#isAsleep) return;
    this.#wakesAt = this.#clock.nowMs + ms;
    this.#sleptMs += ms;
  }

  /** Its processes are stopped (SIGSTOP, Ctrl-Z, a debugger): nothing runs, and its clocks go on. */
  stop(ms: number): void {
    if (this.#isAsleep) return;
    this.#wakesAt = this.#clock.nowMs + ms;
    this.#stoppedMs += ms;
  }

  get #isAsleep(): boolean {
    return this.#clock.nowMs < this.#wakesAt;
  }

  /** A timer: what is due in its sleep happens when it wakes. */
  after(delayMs: number, run: () => void): void {
    this.#clock.after(delayMs, () => this.whenAwake(run));
  }

  whenAwake(run: () => void): void {
    if (this.#isAsleep) this.#clock.after(this.#wakesAt - this.#clock.nowMs, () => this.whenAwake(run));
    else run();
  }

  heard(host: HostName): void {
    this.#heard.set(host, this.awakeMs);
  }

  /** For how long a host has said nothing while this machine was awake. */
  silenceOf(host: HostName): number {
    return this.awakeMs - (this.#heard.get(host) ?? 0);
  }

  /** A clock that stops in its sleep, and that nobody sets: CLOCK_MONOTONIC. Asked while something runs. */
  get monotonicMs(): number {
    return this.#clock.nowMs - this.#sleptMs;
  }

  /** Time in which processes run here. */
  get awakeMs(): number {
    const idleMs = this.#sleptMs + this.#stoppedMs;
    return this.#clock.nowMs - idleMs + Math.max(0, this.#wakesAt - this.#clock.nowMs);
  }
}

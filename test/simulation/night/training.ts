/** A trial that runs: how far it is, and what it holds. */
import { epochs, type NightTrial } from './trials.ts';

/** Reading the program and the data, with the GPU idle. */
const beginsSeconds = 8;
/** Of its peak, what it holds before that. */
const levelBefore = 0.65;

export type End = 'done' | 'out-of-memory' | 'host-down' | 'stopped';

export class Training {
  readonly trial: NightTrial;
  readonly gpu: number;
  readonly startedAt: number;
  readonly held = { gpuBytes: 0, hostBytes: 0 };
  /** Seconds of the work that are done, at speed 1. */
  done: number;
  isSuspended = false;
  readonly ended: (end: End) => void;
  #ranSeconds = 0;
  readonly #beginsSeconds: number;

  /**
   * @param from seconds of the work that its checkpoint holds
   * @param waitsSeconds until its checkpoint has come from elsewhere
   */
  constructor(
    trial: NightTrial,
    place: { readonly gpu: number; readonly second: number },
    {
      from = 0,
      waitsSeconds = 0,
      ended,
    }: { from?: number; waitsSeconds?: number; ended: (end: End) => void },
  ) {
    this.trial = trial;
    this.gpu = place.gpu;
    this.startedAt = place.second;
    this.done = from;
    this.ended = ended;
    this.#beginsSeconds = beginsSeconds + waitsSeconds;
  }

  get isComputing(): boolean {
    return !this.isSuspended && this.#ranSeconds >= this.#beginsSeconds;
  }

  get ranSeconds(): number {
    return this.#ranSeconds;
  }

  /** What its last whole epoch has left, in seconds of the work. */
  get saved(): number {
    const ofEpoch = this.trial.seconds / epochs;
    return Math.floor(this.done / ofEpoch) * ofEpoch;
  }

  /** A second at this speed. */
  advance(speed: number): void {
    if (this.isSuspended) return;
    if (this.isComputing) this.done += speed;
    this.#ranSeconds += 1;
  }

  /** What it wants to hold now: memory grows to a level, and to its peak once the largest step comes. */
  wants(): { readonly gpuBytes: number; readonly hostBytes: number } {
    const { trial } = this;
    const grown = Math.min(1, this.#ranSeconds / trial.growsSeconds);
    const share = grown * (this.done / trial.seconds >= trial.peakAt ? 1 : levelBefore);
    return {
      gpuBytes: Math.max(this.held.gpuBytes, trial.gpuBytes * share),
      hostBytes: Math.max(this.held.hostBytes, trial.hostBytes * share + trial.leaksBytes * this.#ranSeconds),
    };
  }
}

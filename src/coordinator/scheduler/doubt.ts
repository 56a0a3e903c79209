/**
 * How far the time of all together may be off since nothing like some of its trials has ended yet: trials with a value of a
 * parameter that none had, or on a kind of GPU or a host where none was. What is not known of such a trait is not known of
 * all trials that have it, so that they are off together; of several traits each is off for itself.
 */
import type { HostName, SweepName } from '../../model/ids.ts';
import type { PointDeclaration } from '../../ledger/events.ts';
import { type Durations, type Unknown, unknownsOf } from '../../predict/duration.ts';
import { type Lane, secondsIn } from './lane.ts';

/** Within so many standard deviations nearly all is. */
export const spreads = 2;

/** Of the trials of one sweep. */
interface Doubt {
  seconds: number;
  readonly traits: Map<string, { seconds: number; readonly doubt: number }>;
  /** By how much the one that is known least may take longer. */
  longest: number;
}

export class Doubts {
  readonly #durations: Durations;
  readonly #ofSweeps = new Map<SweepName, Doubt>();

  constructor(durations: Durations) {
    this.#durations = durations;
  }

  /** So many trials of a point on a host. */
  note(sweep: SweepName, point: PointDeclaration, count: number, host: HostName, lane: Lane): void {
    const { likeness } = lane.outlook;
    const seconds = secondsIn(lane, point);
    const doubt = this.#of(sweep);
    doubt.seconds += seconds * count;
    const unknowns = unknownsOf(this.#durations, likeness, point, { host, gpuName: lane.gpuName });
    if (unknowns.length === 0) return;
    for (const unknown of unknowns) {
      const trait = `${likeness} ${unknown.trait}`;
      const before = doubt.traits.get(trait)?.seconds ?? 0;
      doubt.traits.set(trait, { seconds: before + seconds * count, doubt: unknown.doubt });
    }
    doubt.longest = Math.max(doubt.longest, seconds * longerBy(together(unknowns)));
  }

  /** Shares of the time of these sweeps by which it may be less or more, and by how much one trial of the first may be. */
  of(sweeps: readonly SweepName[]): {
    readonly less: number;
    readonly more: number;
    readonly longest: number;
  } {
    const all = sweeps.map((name) => this.#of(name));
    const traits = new Map<string, { seconds: number; doubt: number }>();
    for (const one of all)
      for (const [trait, { seconds, doubt }] of one.traits)
        traits.set(trait, { seconds: (traits.get(trait)?.seconds ?? 0) + seconds, doubt });
    const seconds = all.reduce((sum, one) => sum + one.seconds, 0);
    const share = (by: (doubt: number) => number): number =>
      seconds === 0
        ? 0
        : Math.hypot(...[...traits.values()].map((one) => one.seconds * by(one.doubt))) / seconds;
    return { less: share(shorterBy), more: share(longerBy), longest: all[0]?.longest ?? 0 };
  }

  #of(sweep: SweepName): Doubt {
    const known = this.#ofSweeps.get(sweep) ?? { seconds: 0, traits: new Map(), longest: 0 };
    this.#ofSweeps.set(sweep, known);
    return known;
  }
}

const together = (unknowns: readonly Unknown[]): number => Math.hypot(...unknowns.map(({ doubt }) => doubt));

const longerBy = (doubt: number): number => Math.exp(spreads * doubt) - 1;
const shorterBy = (doubt: number): number => 1 - Math.exp(-spreads * doubt);

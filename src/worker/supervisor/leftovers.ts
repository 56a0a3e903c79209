import type { Sight } from './process-owners.ts';
import type { Over } from './starts.ts';

/** What ended trials may have left running, and whose folders nobody writes to any more. */
export class Leftovers {
  /** Ended since the last sample, with their sessions where these are theirs for certain. */
  #ended = new Map<string, number | null>();
  /** Ended before that, where one sample that has looked for what they left may have missed something. */
  #lookedFor = new Map<string, null>();
  #gathered: Over[] = [];

  /** Whether samples are to be taken. */
  get isWatching(): boolean {
    return this.#ended.size + this.#lookedFor.size + this.#gathered.length > 0;
  }

  /** Attempts with the sessions that are theirs at the next sample. */
  get sessions(): [attempt: string, session: number][] {
    return [...this.#ended].flatMap(([attempt, session]): [string, number][] =>
      session === null ? [] : [[attempt, session]],
    );
  }

  ended(attempt: string, session: number | null): void {
    this.#ended.set(attempt, session);
  }

  gathered(over: Over): void {
    this.#gathered.push(over);
  }

  /**
   * @param live attempts that the sample has found processes of
   * @param sight where it may have missed some, the next one is waited for
   * @returns what is to be ended, and the attempts that are over
   */
  afterSample(live: ReadonlySet<string>, sight: Sight): { toEnd: [string, number | null][]; over: Over[] } {
    const toEnd = [...this.#lookedFor, ...this.#ended].filter(([attempt]) => live.has(attempt));
    // By the next sample the number of a session may be another's: then only marks are followed.
    this.#lookedFor = new Map(
      sight === 'whole' ? [] : [...this.#ended.keys()].map((attempt) => [attempt, null]),
    );
    this.#ended = new Map();
    const gathered = this.#gathered.map((one) => ({
      ...one,
      // What is killed now may be in the middle of a write, and where nobody can be looked at, anything may run.
      succeeded: one.succeeded && sight !== 'none' && !live.has(one.attempt),
    }));
    this.#gathered = gathered.filter(({ attempt }) => this.#lookedFor.has(attempt));
    return { toEnd, over: gathered.filter(({ attempt }) => !this.#lookedFor.has(attempt)) };
  }
}

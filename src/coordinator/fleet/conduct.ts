import { mostTermsAhead } from '../../model/bounds.ts';
import type { HostFacts, HostSaid } from '../../protocol/messages.ts';

/** How many messages may come at once, and a second for as long as one likes. */
interface Pace {
  readonly atOnce: number;
  readonly perSecond: number;
}

/**
 * A night's ends and lines come at once after a cut: 2 messages a trial, of 200,000 trials. 8 cores start 1,000 trials a
 * second at most, with 3 messages each.
 */
const ofAll: Pace = { atOnce: 500_000, perSecond: 10_000 };

/** Figures come once a second, and ten times where rules flicker: 12 hours of them wait where this process was stopped. */
const ofFigures: Pace = { atOnce: 60_000, perSecond: 100 };

/** What tells of the moment, and is told again. */
const passing: ReadonlySet<HostSaid['kind']> = new Set<HostSaid['kind']>([
  'facts',
  'figures',
  'preparing',
  'stuck',
]);

/** Each time the term was raised to what it had said. */
const mostTermsInRow = 3;

/**
 * How a host behaves, over all its connections: what it says may be well-formed and yet no agent would say it, so often
 * or in that place.
 */
export class Conduct {
  #facts: HostFacts | null = null;
  #hasToldState = false;
  #termsInRow = 0;
  readonly #all = new Allowance(ofAll);
  readonly #figures = new Allowance(ofFigures);

  /** A connection begins. */
  opened(): void {
    this.#facts = null;
    this.#hasToldState = false;
  }

  /**
   * @param term of this coordinator
   * @param nowMs a clock that does not go back
   * @returns what no agent does, in words; null where nothing is wrong
   */
  hear(message: HostSaid, term: number, nowMs: number): string | null {
    const isSpent = !this.#all.spend(nowMs) || (passing.has(message.kind) && !this.#figures.spend(nowMs));
    if (isSpent) return 'it says far more messages a second than there is to say, on and on';
    switch (message.kind) {
      case 'turned-away':
        return this.#turnedAway(message.term, term);
      case 'welcome':
        if (this.#facts !== null) return 'it welcomes a connection twice';
        this.#facts = message.facts;
        this.#termsInRow = 0;
        return null;
      case 'facts':
        return this.#isAnother(message.facts) ? 'it says that it has become another machine' : null;
      case 'state':
        if (this.#hasToldState) return 'it says twice in a connection what it holds';
        this.#hasToldState = true;
        break;
      default:
    }
    return this.#facts === null ? `it says ${message.kind} before it has said what it is` : null;
  }

  #turnedAway(said: number | null, term: number): string | null {
    if (said === null) return null;
    if (said > term + mostTermsAhead) return `it names a term of ${said}, and this ledger is in term ${term}`;
    this.#termsInRow += 1;
    return this.#termsInRow > mostTermsInRow ? 'it names a later term each time that it is asked' : null;
  }

  /** Before the welcome any facts are too early, and another rule says so. */
  #isAnother({ machine, bootId }: HostFacts): boolean {
    const known = this.#facts;
    return known === null || known.machine !== machine || known.bootId !== bootId;
  }
}

/** Messages that may come still (a token bucket). */
class Allowance {
  readonly #pace: Pace;
  #left: number;
  #atMs: number | null = null;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#left = pace.atOnce;
  }

  /** @returns whether there was one left */
  spend(nowMs: number): boolean {
    const sinceMs = nowMs - (this.#atMs ?? nowMs);
    this.#atMs = nowMs;
    const { atOnce, perSecond } = this.#pace;
    this.#left = Math.min(atOnce, this.#left + (sinceMs / 1_000) * perSecond) - 1;
    return this.#left >= 0;
  }
}

import { mostTermsAhead } from '../../model/bounds.ts';
import type { HostFacts, HostSaid } from '../../protocol/messages.ts';

/** A night's ends and lines come at once after a cut: 2 messages a trial, of 200,000 trials and more. */
const mostAtOnce = 500_000;
/** 1,000 trials a second are what 8 cores can start, with 3 messages each. */
const perSecond = 10_000;
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
  #credit = mostAtOnce;
  #heardAtMs: number | null = null;

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
    if (this.#isFlood(nowMs)) return `it says over ${perSecond} messages a second, on and on`;
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

  #isFlood(nowMs: number): boolean {
    const sinceMs = nowMs - (this.#heardAtMs ?? nowMs);
    this.#heardAtMs = nowMs;
    this.#credit = Math.min(mostAtOnce, this.#credit + (sinceMs / 1_000) * perSecond) - 1;
    return this.#credit < 0;
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

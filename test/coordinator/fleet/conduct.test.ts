import { describe, expect, it } from 'vitest';
import { Conduct } from '../../../src/coordinator/fleet/conduct.ts';
import { type FromAgent, fromAgentSchema } from '../../../src/protocol/messages.ts';
import { factsOf } from '../world.ts';

const welcome: FromAgent = { kind: 'welcome', protocol: 5, facts: factsOf() };
const stuck: FromAgent = { kind: 'stuck', because: null };
const turnedAway = (term: number): FromAgent => ({
  kind: 'turned-away',
  reason: 'older-term',
  message: 'no',
  term,
});

class Host {
  readonly conduct = new Conduct();
  now = 0;

  says(...messages: readonly FromAgent[]): string | null {
    const heard = messages.map((message) => this.conduct.hear(fromAgentSchema.parse(message), 3, this.now));
    return heard.at(-1) ?? null;
  }

  /** @returns how often it was too much */
  flood(message: FromAgent, count: number): number {
    const said = fromAgentSchema.parse(message);
    let tooMuch = 0;
    for (let each = 0; each < count; each += 1)
      if (this.conduct.hear(said, 3, this.now)?.includes('far more messages') === true) tooMuch += 1;
    return tooMuch;
  }
}

describe('what a host may say', () => {
  it('begins with a welcome or a refusal', () => {
    expect(new Host().says(stuck)).toBe('it says stuck before it has said what it is');
    expect(new Host().says(welcome, stuck)).toBeNull();
  });

  it('begins anew with each connection', () => {
    const host = new Host();
    host.says(welcome);
    host.conduct.opened();
    expect(host.says(stuck)).not.toBeNull();
    expect(host.says(welcome, stuck)).toBeNull();
  });

  it('may be a later term a few times in a row, and never one that is far away', () => {
    const host = new Host();
    expect(host.says(turnedAway(3), turnedAway(4), turnedAway(5))).toBeNull();
    expect(host.says(turnedAway(6))).toBe('it names a later term each time that it is asked');
    expect(host.says(welcome)).toBeNull();
    expect(host.says(turnedAway(6))).toBeNull();
    expect(host.says(turnedAway(2_000_000))).toMatch(/^it names a term of 2000000/);
  });

  it('is a night of ends at once, or half a day of figures, and no flood', () => {
    const host = new Host();
    host.says(welcome);
    expect(host.flood(turnedAway(1), 400_000)).toBe(0);
    expect(host.flood(stuck, 50_000)).toBe(0);
    expect(host.flood(stuck, 50_000)).toBeGreaterThan(0);
    host.now = 3_600_000;
    expect(host.flood(stuck, 50_000)).toBe(0);
    expect(host.says(stuck)).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareTurns,
  givesWay,
  mostLeadSeconds,
  turnSeconds,
  type Turns,
  turnsAfter,
} from '../../src/throttle/turns.ts';

const hour = 3_600;

/** Devices that are always wanted by all: at each end the account that had least of late has its turn. */
function shareOut(options: {
  readonly devices: number;
  /** Of its trials, by account; and what each had used before. */
  readonly seconds: readonly number[];
  readonly before: readonly number[];
  readonly hours: number;
}): { had: number[]; longestWait: number[] } {
  const names = options.seconds.map((_, index) => `account-${index}`);
  let turns: Turns = {
    use: new Map(names.map((name, index) => [name, options.before[index] ?? 0])),
    wanting: [],
  };
  const devices = Array.from({ length: options.devices }, () => ({
    owner: 0,
    left: options.seconds[0] ?? 1,
  }));
  const had = names.map(() => 0);
  const lastStart = names.map(() => 0);
  const longestWait = names.map(() => 0);
  for (let second = 0; second < options.hours * hour; second += 5) {
    const spent = new Map<string, number>();
    for (const device of devices) {
      device.left -= 5;
      had[device.owner] = (had[device.owner] ?? 0) + 5;
      const name = names[device.owner] ?? '';
      spent.set(name, (spent.get(name) ?? 0) + 5);
    }
    turns = turnsAfter(turns, spent, names, 5_000);
    for (const device of devices) {
      if (device.left > 0) continue;
      const owner = names[device.owner] ?? '';
      const first = names.reduce(
        (least, name) => (compareTurns(turns, name, least) < 0 ? name : least),
        owner,
      );
      device.owner = givesWay(turns, owner, first) ? names.indexOf(first) : device.owner;
      device.left = options.seconds[device.owner] ?? 1;
      longestWait[device.owner] = Math.max(
        longestWait[device.owner] ?? 0,
        second - (lastStart[device.owner] ?? 0),
      );
      lastStart[device.owner] = second;
    }
  }
  return { had, longestWait };
}

const labs = fc.record({
  devices: fc.integer({ min: 1, max: 8 }),
  seconds: fc.array(fc.integer({ min: 10, max: 1_200 }), { minLength: 2, maxLength: 4 }),
  week: fc.integer({ min: 0, max: 40 * hour }),
});

describe('accounts that want the same devices without end', () => {
  it('have equal shares of a night, whatever their trials take and whatever one of them had before', () => {
    fc.assert(
      fc.property(labs, ({ devices, seconds, week }) => {
        const { had } = shareOut({ devices, seconds, before: [week], hours: 14 });
        const most = Math.max(...seconds);
        const apart = Math.max(...had) - Math.min(...had);
        expect(apart).toBeLessThan(mostLeadSeconds + 2 * (turnSeconds + devices * (most + 5)));
      }),
      { numRuns: 60 },
    );
  });

  it('wait for no more than the others are owed', () => {
    fc.assert(
      fc.property(labs, ({ devices, seconds, week }) => {
        const { longestWait } = shareOut({ devices, seconds, before: [week], hours: 14 });
        const owed = seconds.length * (mostLeadSeconds + devices * (Math.max(...seconds) + 5));
        for (const wait of longestWait) expect(wait).toBeLessThan(owed);
      }),
      { numRuns: 60 },
    );
  });
});

const had = (...use: readonly (readonly [string, number])[]): Turns => ({ use: new Map(use), wanting: [] });
const nothing: ReadonlyMap<string, number> = new Map();

describe('what was used', () => {
  it('a day ago counts half', () => {
    const day = 24 * hour * 1_000;
    expect(turnsAfter(had(['ada', 100]), nothing, [], day).use.get('ada')).toBe(50);
  });

  it('is not paid back for more than an hour to who comes anew, and only where both want a device', () => {
    const before = had(['ada', 40 * hour]);
    const both = turnsAfter(before, nothing, ['ada', 'ines'], 0);
    expect(both.use.get('ines')).toBe(40 * hour - mostLeadSeconds);
    expect(turnsAfter(before, nothing, ['ines'], 0).use.get('ines')).toBe(0);
    expect(turnsAfter(before, nothing, ['ada'], 0).use.has('ines')).toBe(false);
    // From then on all of it counts.
    const night = new Map([['ada', 8 * hour]]);
    expect(turnsAfter(both, night, ['ada', 'ines'], 0).use.get('ines')).toBe(40 * hour - mostLeadSeconds);
  });

  it('orders those alone that had markedly more or less', () => {
    const turns = had(['ada', 19], ['ines', 1], ['theo', 45]);
    expect(compareTurns(turns, 'ada', 'ines')).toBe(0);
    expect(compareTurns(turns, 'theo', 'ines')).toBeGreaterThan(0);
    expect([givesWay(turns, 'ada', 'ines'), givesWay(turns, 'theo', 'ines')]).toEqual([false, true]);
    expect(givesWay(turns, 'ines', 'theo')).toBe(false);
  });
});

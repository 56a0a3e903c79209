/** Hosts on which others want more than there is, or of which nobody knows anything any more: nothing new, and what runs goes on. */
import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../../src/model/refusal/refusal.ts';
import type { MeasuredFigures } from '../../../src/worker/core/event.ts';
import { noLimits } from '../../../src/throttle/limits.ts';
import { leaseOf, World } from './world.ts';

const second = 1_000;

/** Trials that last a minute each, one after the other on each core, as long as they are let in. */
class Night {
  readonly world = World.greeted();
  readonly #began = this.world.now;
  readonly #endsAt = new Map<string, number>();
  #leased = 0;
  /** When trials started, in seconds. */
  readonly starts: number[] = [];

  get second(): number {
    return (this.world.now - this.#began) / second;
  }

  get running(): number {
    return this.#endsAt.size;
  }

  /** One second after the other until then, each with these figures; null: no sample can be taken. */
  until(end: number, figuresAt: () => Partial<MeasuredFigures> | null): void {
    while (this.second < end) {
      this.world.now += second;
      this.world.forgetMessages();
      const figures = figuresAt();
      if (figures === null) this.world.post({ kind: 'not-sampled', because: 'no figures today' });
      else this.world.sample(figures);
      this.#goOn();
    }
  }

  holds(): readonly Refusal['kind'][] {
    const { figures, holds } = this.world.hear('figures');
    expect(figures.running).toBe(this.running);
    return holds.flatMap(({ refusals }) => refusals.map(({ kind }) => kind));
  }

  #goOn(): void {
    for (const [attempt, at] of this.#endsAt)
      if (this.second >= at) {
        this.#endsAt.delete(attempt);
        this.world.finish(attempt);
        this.world.say(1, { kind: 'ack', attempts: [attempt] });
      }
    while (this.world.state.attempts.size < this.world.state.active.size + 5) {
      this.#leased += 1;
      this.world.lease(leaseOf(`a-${this.#leased}`));
    }
    for (const attempt of this.world.spawnAll()) {
      this.starts.push(this.second);
      this.#endsAt.set(attempt, this.second + 60);
    }
  }
}

const after = (starts: readonly number[], from: number): number =>
  starts.find((at) => at > from) ?? Number.POSITIVE_INFINITY;

describe('P4 others who want all cores', () => {
  it('have nothing new beside them after 2 min, and trials go on 5 min after they end at the latest', () => {
    const night = new Night();
    // As they are read: nine busy loops on four cores from the 100th second to the 1000th, a mean of 10 s.
    const wanted = (): number => {
      const meanOf = [...Array(10).keys()].map((back) => night.second - back);
      return meanOf.filter((at) => at >= 100 && at < 1_000).length * 0.9;
    };
    night.until(2_000, () => ({ othersLoad: wanted() }));
    expect(night.starts.filter((at) => at > 100 && at <= 220).length).toBeGreaterThan(3);
    expect(after(night.starts, 220)).toBeGreaterThan(1_000 + 60);
    expect(after(night.starts, 220)).toBeLessThan(1_300);
    expect(night.running).toBe(4);
  });

  it('for the time of a compilation hold up nobody', () => {
    const night = new Night();
    night.until(600, () => ({ othersLoad: night.second >= 100 && night.second < 190 ? 30 : 0 }));
    const gaps = night.starts.map((at, place) => at - (night.starts[place - 1] ?? at));
    expect(Math.max(...gaps)).toBe(60);
  });

  it('are told of while they hold a host up, and what takes no core starts', () => {
    const night = new Night();
    night.until(200, () => ({ othersLoad: 9 }));
    expect(night.holds()).toEqual(['load']);
    night.world.lease(leaseOf('b-1', { cpus: 0, shape: 'light' }));
    expect(night.world.spawnAll()).toEqual(['b-1']);
  });

  it('are there from the first look on where an agent begins beside them', () => {
    const world = new World();
    world.post({ kind: 'booted', facts: world.state.facts });
    world.greet(1);
    world.lease(leaseOf('a-1'));
    world.sample({ othersLoad: 9 });
    expect(world.spawnAll()).toEqual([]);
  });

  it('hold up nobody once an inventory has said that they may, and those that it names at once', () => {
    const world = new World();
    world.post({ kind: 'booted', facts: world.state.facts });
    world.sample({ othersLoad: 9 });
    world.greet(1);
    const say = (load: number): void => world.say(1, { kind: 'limits', limits: { ...noLimits, load } });
    say(Number.MAX_SAFE_INTEGER);
    world.lease(leaseOf('a-1'));
    expect(world.spawnAll()).toEqual(['a-1']);
    say(2);
    world.lease(leaseOf('a-2'));
    expect(world.spawnAll()).toEqual([]);
  });
});

describe('P4 a host that is short of memory', () => {
  it.each([
    ['pressure', { memoryPressure: 0.3 }],
    ['swap', { swapInBytes: 2e7 }],
  ] as const)('gets nothing new while it shows %s', (kind, figures) => {
    const night = new Night();
    night.until(10, () => ({}));
    night.until(100, () => figures);
    expect(night.holds()).toEqual([kind]);
    expect(after(night.starts, 10)).toBe(Number.POSITIVE_INFINITY);
    night.until(101, () => ({}));
    expect(night.running).toBe(4);
  });
});

describe('P6 telemetry that stops', () => {
  it('lets trials go on, starts nothing, is told of with its reason each second, and ends by itself', () => {
    const night = new Night();
    night.until(30, () => ({}));
    expect(night.running).toBe(4);
    night.until(80, () => null);
    // They have come to their ends meanwhile.
    expect([night.running, after(night.starts, 33)]).toEqual([0, Number.POSITIVE_INFINITY]);
    expect(night.world.hear('figures').holds).toMatchObject([
      { refusals: [{ kind: 'stale', ageMs: 50_000, because: 'no figures today' }] },
    ]);
    night.until(81, () => ({}));
    expect(night.running).toBe(4);
  });
});

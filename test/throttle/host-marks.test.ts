import { describe, expect, it } from 'vitest';
import { type HostMarks, heldBy, hostMarksAfter } from '../../src/throttle/host-marks.ts';
import { defaultLimits, limitsOf, noLimits } from '../../src/throttle/limits.ts';

const calm = { othersLoad: 0, cores: null, memoryPressure: null, swapInBytes: null };
type Figures = Parameters<typeof hostMarksAfter>[1];

/** A host of two cores, looked at once a second. */
class Watched {
  now = 500_000;
  marks: HostMarks | null = null;
  limits = defaultLimits;

  look(figures: Partial<Figures>): void {
    const { limits, now } = this;
    this.marks = hostMarksAfter(this.marks, { ...calm, ...figures }, { cpus: 2, limits, now });
    this.now += 1_000;
  }

  /** @returns after how many seconds of these figures a mark is held, or not any more; null: it stays as it was */
  turnsAfter(seconds: number, figuresAt: (second: number) => Partial<Figures>): number | null {
    const before = JSON.stringify(heldBy(this.marks));
    for (let second = 0; second < seconds; second += 1) {
      this.look(figuresAt(second));
      if (JSON.stringify(heldBy(this.marks)) !== before) return second;
    }
    return null;
  }
}

const watched = (first: Partial<Figures> = {}): Watched => {
  const one = new Watched();
  one.look(first);
  return one;
};
const load = (othersLoad: number) => (): Partial<Figures> => ({ othersLoad });

describe('P4 the load of others', () => {
  it('holds a host once it has lasted, and no more once it is over as long', () => {
    const host = watched();
    const held = host.turnsAfter(300, load(9));
    expect(held).toBe(110);
    expect(heldBy(host.marks)).toEqual({ othersLoadPerCpu: true, memoryPressure: false, swapInBytes: false });
    expect(host.turnsAfter(300, load(1.5))).toBe(110);
    expect(heldBy(host.marks).othersLoadPerCpu).toBe(false);
  });

  it('holds nothing for a burst, and lets nothing in for a pause', () => {
    const host = watched();
    expect(host.turnsAfter(100, load(64))).toBeNull();
    expect(host.turnsAfter(100, load(0))).toBeNull();
    expect(host.turnsAfter(300, load(2))).toBe(110);
    expect(host.turnsAfter(100, load(0))).toBeNull();
    expect(host.turnsAfter(3, load(2))).toBeNull();
    expect(host.turnsAfter(300, load(0))).toBe(110);
  });

  it('has lasted although it went below its mark now and then, but not where it is below in the end', () => {
    const host = watched();
    expect(host.turnsAfter(300, (second) => ({ othersLoad: second % 20 === 19 ? 1.6 : 2.1 }))).toBe(110);
    const other = watched();
    other.look({ othersLoad: 2 });
    expect(other.turnsAfter(600, load(1.9))).toBeNull();
  });

  it('counts at once where nobody has looked before', () => {
    expect(heldBy(watched({ othersLoad: 9 }).marks).othersLoadPerCpu).toBe(true);
    expect(heldBy(watched({ othersLoad: 1.9 }).marks).othersLoadPerCpu).toBe(false);
  });

  it('is over at once where it was only met by the first look, and after as long as ever where it has lasted', () => {
    const brief = watched({ othersLoad: 9 });
    expect(brief.turnsAfter(50, load(9))).toBeNull();
    expect(brief.turnsAfter(50, load(1.6))).toBeNull();
    expect(brief.turnsAfter(10, load(1.5))).toBe(0);
    const lasting = watched({ othersLoad: 9 });
    expect(lasting.turnsAfter(110, load(9))).toBeNull();
    expect(lasting.turnsAfter(300, load(0))).toBe(110);
  });

  it('counts at once by another limit', () => {
    const host = watched({ othersLoad: 9 });
    host.limits = limitsOf({ ...noLimits, load: 5 });
    expect(host.turnsAfter(10, load(9))).toBe(0);
    host.limits = defaultLimits;
    expect(host.turnsAfter(10, load(9))).toBe(0);
  });

  it('is measured by the cores of the machine where ours may use a part of them', () => {
    expect(heldBy(watched({ othersLoad: 30, cores: 64 }).marks).othersLoadPerCpu).toBe(false);
    expect(heldBy(watched({ othersLoad: 64, cores: 64 }).marks).othersLoadPerCpu).toBe(true);
  });

  it('is held at what the inventory says, until a quarter below', () => {
    const host = watched();
    host.limits = limitsOf({ ...noLimits, load: 0.4 });
    host.look({});
    expect(host.turnsAfter(300, load(0.8))).toBe(110);
    expect(host.turnsAfter(300, load(0.61))).toBeNull();
    expect(host.turnsAfter(300, load(0.6))).toBe(110);
  });
});

describe('P4 a shortage of memory', () => {
  const marked = (figures: Partial<Figures>): boolean[] => {
    const host = watched();
    host.look(figures);
    const { memoryPressure, swapInBytes } = heldBy(host.marks);
    return [memoryPressure, swapInBytes];
  };

  it('holds a host at once, and as long as it is not down at the lower mark', () => {
    expect(marked({ memoryPressure: 0.1 })).toEqual([true, false]);
    expect(marked({ swapInBytes: 2 ** 20 })).toEqual([false, true]);
    expect(marked({ memoryPressure: 0.09, swapInBytes: 2 ** 20 - 1 })).toEqual([false, false]);
    const host = watched({ memoryPressure: 0.5, swapInBytes: 1e9 });
    expect(host.turnsAfter(600, () => ({ memoryPressure: 0.06, swapInBytes: 3e5 }))).toBeNull();
    expect(host.turnsAfter(600, () => ({ memoryPressure: 0.05, swapInBytes: 2e5 }))).toBe(0);
    expect(heldBy(host.marks)).toEqual(heldBy(null));
  });

  it('holds nothing where the kernel does not tell of it', () => {
    expect(marked({})).toEqual([false, false]);
    const host = watched({ memoryPressure: 0.5 });
    host.look({});
    expect(heldBy(host.marks)).toEqual(heldBy(null));
  });
});

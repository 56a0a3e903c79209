import { describe, expect, it } from 'vitest';
import { type BusyShares, expectBusy, observeBusy } from '../../src/predict/busy.ts';

const kind = (width: number, rate = 0.5) => ({ shape: `${width}-${rate}`, params: { width, rate } });
const place = { host: 'cedar', gpuName: 'small' };

const seen = (): BusyShares => {
  const shares: BusyShares = new Map();
  for (const [width, share] of [
    [32, 0.3],
    [64, 0.55],
    [32, 0.31],
    [64, 0.54],
  ] as const)
    observeBusy(shares, { launch: 'l', kind: kind(width), place, share });
  return shares;
};

describe('which share of a GPU a trial keeps busy', () => {
  it('is that of its like, with other seeds and other values that change little', () => {
    expect(expectBusy(seen(), 'l', kind(32))).toBeCloseTo(0.3, 1);
    expect(expectBusy(seen(), 'l', kind(64))).toBeCloseTo(0.55, 1);
  });

  it('is taken to be more where a value was never seen', () => {
    const known = expectBusy(seen(), 'l', kind(64)) ?? 0;
    const newRate = expectBusy(seen(), 'l', kind(64, 0.9)) ?? 0;
    expect(newRate).toBeGreaterThan(known + 0.1);
    expect(newRate).toBeLessThanOrEqual(1);
  });

  it('is not known of a program of which nothing was seen', () => {
    expect(expectBusy(seen(), 'other', kind(32))).toBeNull();
  });
});

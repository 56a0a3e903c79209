import { afterEach, expect, it, vi } from 'vitest';
import { tellSlices } from '../../src/coordinator/slices.ts';

afterEach(() => void vi.useRealTimers());

it('P3 time passes as it does, whatever somebody sets the wall clock to', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const told: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = tellSlices((sinceMs) => {
    told.push(sinceMs);
    vi.setSystemTime(Date.now() + (told.length % 2 === 0 ? 100 : -100) * 3_600_000);
    if (told.length === 3) resolve();
  });
  timer.ref();
  await promise;
  clearInterval(timer);
  for (const ms of told) {
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(30_000);
  }
});

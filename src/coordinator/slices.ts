import { sliceMs } from './core/awake.ts';

/** Tells of each slice of time when it has ended, with how long that took by the monotonic clock, which nobody sets. */
export function tellSlices(tell: (sinceMs: number) => void): NodeJS.Timeout {
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    tell(now - last);
    last = now;
  }, sliceMs);
  return timer.unref();
}

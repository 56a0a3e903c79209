import type { MeasuredGpu } from '../src/worker/core/event.ts';

/** A GPU of which the driver says what of its memory is used, and nothing else. */
export const plainGpu = (uuid: string, memoryUsedBytes: number, memoryTotalBytes: number): MeasuredGpu => ({
  uuid,
  memoryUsedBytes,
  memoryTotalBytes,
  utilisation: null,
  temperatureCelsius: null,
  powerWatts: null,
  powerLimitWatts: null,
  othersProcesses: 0,
  claimedProcesses: 0,
  problem: null,
  ageMs: 0,
  listsProcesses: true,
});

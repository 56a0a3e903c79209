import type { MeasuredGpu, OtherProcess } from '../src/worker/core/event.ts';

/** A GPU of which the driver says what of its memory is used, and nothing else. */
export const plainGpu = (uuid: string, memoryUsedBytes: number, memoryTotalBytes: number): MeasuredGpu => ({
  uuid,
  memoryUsedBytes,
  memoryTotalBytes,
  utilisation: null,
  temperatureCelsius: null,
  powerWatts: null,
  powerLimitWatts: null,
  others: [],
  problem: null,
  ageMs: 0,
  listsProcesses: true,
});

/** Somebody else's process that computes. */
export const stranger = (more: Partial<OtherProcess> = {}): OtherProcess => ({
  user: 'mina',
  isClaimed: false,
  idleMs: 0,
  ...more,
});

import type { OurShare } from '../src/throttle/host-load.ts';

/** A trial of ours that has run for a while on the cores, and of which nothing else is to be said. */
export const plainShare: OurShare = {
  attempt: 'a-1',
  resources: { cpus: 1, gpus: 0, gpuMemoryBytes: null, hostMemoryBytes: 0, diskBytes: null },
  measuredBytes: null,
  isGuessed: false,
  ramping: false,
  device: 'cpu',
  gpuMeasuredBytes: null,
  gpuRamping: false,
  alone: false,
  startedAt: 0,
  watts: 0,
  isKnown: true,
  busy: null,
  hasShownPower: true,
  hasCheckpoint: false,
  suspended: null,
  isEnding: false,
};

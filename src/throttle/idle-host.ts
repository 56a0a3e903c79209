import type { HostFacts } from '../protocol/messages.ts';
import type { HostLoad } from './host-load.ts';
import type { Limits } from './limits.ts';

/** A host with nobody on it: what the rules object to even there, no waiting will end. */
export const idleHost = (facts: Pick<HostFacts, 'cpus' | 'memoryBytes'>, limits: Limits): HostLoad => ({
  mode: { kind: 'open' },
  cpus: facts.cpus,
  gpus: 0,
  figures: {
    load: 0,
    othersLoad: 0,
    memoryTotalBytes: facts.memoryBytes,
    memoryAvailableBytes: facts.memoryBytes,
    diskFreeBytes: Number.MAX_SAFE_INTEGER,
    cpusTaken: 0,
    running: 0,
  },
  figuresAgeMs: 0,
  limits,
  ours: [],
});

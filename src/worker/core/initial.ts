import type { HostFacts } from '../../protocol/messages.ts';
import { noCeiling } from '../../model/ceiling.ts';
import { noMemories } from '../../predict/memory.ts';
import type { WorkerState } from './state.ts';

/** An agent that has done nothing yet: its journal is replayed next, then it is `booted`. */
export const initial = (facts: HostFacts): WorkerState => ({
  facts,
  bootId: null,
  hasLeft: false,
  ledgers: new Map(),
  launches: new Map(),
  attempts: new Map(),
  active: new Set(),
  restoring: new Set(),
  doubted: new Map(),
  connections: new Map(),
  figures: null,
  figuresProblem: null,
  marks: null,
  gpus: new Map(),
  ceiling: noCeiling,
  ceilingBefore: null,
  recalled: null,
  othersCeilings: [],
  moments: [],
  kept: { at: Number.NEGATIVE_INFINITY, watts: 0 },
  observedShapes: new Set(),
  launchPeaks: new Map(),
  launchGpuPeaks: new Map(),
  memories: { gpu: noMemories(), host: noMemories() },
  suspects: new Set(),
  outgrown: new Map(),
  busies: new Map(),
  draws: new Map(),
  launchDraws: new Map(),
  forgotten: new Set(),
  setbacks: { count: 0, because: '', until: 0 },
  untold: new Set(),
  untoldSince: 0,
  claims: { others: [], untold: null, announced: null, said: 0, read: 0, text: '' },
  told: { at: Number.NEGATIVE_INFINITY, holds: '' },
  ranAt: null,
});

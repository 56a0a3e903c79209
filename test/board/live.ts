import type { LiveFigures } from '../../src/ledger/live-figures.ts';

type LiveHost = LiveFigures['hosts'][number];

/** A host as the live figures have it: ready and idle, but for what a test says. */
export const liveHost = (name: string, options: Partial<LiveHost> = {}): LiveHost => ({
  name,
  state: 'ready',
  because: null,
  facts: null,
  figures: null,
  running: [],
  backlog: 0,
  holds: [],
  ...options,
});

/**
 * Who may import whom, and which rooms are pure: the one place that says so. A file belongs to the room with the
 * longest name that its path begins with. A room may import itself and what its row names, nothing else.
 */
export interface Room {
  readonly imports: readonly RoomName[];
  /**
   * `pure`: functions of their arguments, so that the simulation can run them: no clock, no timers, no chance, no
   * `node:`, and of packages only `purePackages`. `{from}`: so are the files that match, with all that they import.
   */
  readonly pure: boolean | { readonly from: RegExp };
  /** Files of a pure room that touch the machine all the same; no pure file may import them. */
  readonly effects?: readonly string[];
  /** What a pure room may import besides `purePackages`. */
  readonly packages?: readonly string[];
}

type RoomName =
  | 'model'
  | 'throttle'
  | 'predict'
  | 'protocol'
  | 'ledger'
  | 'ledger/store'
  | 'content'
  | 'coordinator'
  | 'coordinator/hosts'
  | 'coordinator/core'
  | 'coordinator/scheduler'
  | 'coordinator/transition'
  | 'coordinator/why'
  | 'worker'
  | 'worker/core'
  | 'programs'
  | 'results'
  | 'board'
  | 'session'
  | 'cli'
  | 'script-text.ts'
  | 'index.ts';

export const rooms: Readonly<Record<RoomName, Room>> = {
  model: { imports: [], pure: true },
  // What a host carries is said in protocol's words.
  throttle: { imports: ['model', 'protocol'], pure: true },
  predict: { imports: ['model'], pure: true },
  protocol: { imports: ['model'], pure: true, effects: ['protocol/socket-folder.ts'] },
  // Likewise in the live figures.
  ledger: { imports: ['model', 'protocol'], pure: true },
  // The file, its lock and its readers: nobody but the coordinator, the session and the command line names it.
  'ledger/store': { imports: ['model', 'protocol', 'ledger'], pure: false },
  content: { imports: ['model'], pure: false },
  // What is known of hosts and asked of them: what happens and what is planned both rest on it, and not on each other.
  'coordinator/hosts': { imports: ['model', 'throttle', 'predict', 'protocol', 'ledger'], pure: true },
  'coordinator/core': {
    imports: ['model', 'throttle', 'predict', 'protocol', 'ledger', 'coordinator/hosts'],
    pure: true,
  },
  'coordinator/scheduler': {
    imports: ['model', 'throttle', 'predict', 'protocol', 'ledger', 'coordinator/hosts'],
    pure: true,
  },
  'coordinator/transition': {
    imports: [
      'model',
      'protocol',
      'ledger',
      'coordinator/hosts',
      'coordinator/core',
      'coordinator/scheduler',
    ],
    pure: true,
  },
  'coordinator/why': {
    imports: ['model', 'ledger', 'coordinator/hosts', 'coordinator/scheduler'],
    pure: true,
  },
  coordinator: {
    imports: [
      'model',
      'throttle',
      'predict',
      'protocol',
      'ledger',
      'ledger/store',
      'content',
      'coordinator/hosts',
      'coordinator/core',
      'coordinator/scheduler',
      'coordinator/transition',
      'script-text.ts',
    ],
    pure: false,
  },
  'worker/core': { imports: ['model', 'throttle', 'predict', 'protocol'], pure: true },
  worker: {
    imports: ['model', 'throttle', 'predict', 'protocol', 'content', 'worker/core', 'script-text.ts'],
    pure: false,
  },
  // The texts of scripts for hosts: who sends something to be run there reads it from the file beside.
  'script-text.ts': { imports: [], pure: false },
  // What a program says of itself is pure; its running part is not, and runs in a process of its own.
  programs: { imports: ['model', 'content'], pure: { from: /^programs\/[^/]+\/description\.ts$/ } },
  results: {
    imports: ['model', 'ledger'],
    pure: true,
    packages: ['simple-statistics', 'csv-stringify/sync'],
  },
  board: {
    imports: ['model', 'throttle', 'predict', 'protocol', 'ledger', 'content', 'results'],
    pure: false,
  },
  // What a program does with a lab, whether a person types it or not: it shows nothing, and asks through its caller.
  session: {
    imports: [
      'model',
      'throttle',
      'protocol',
      'ledger',
      'ledger/store',
      'content',
      'coordinator',
      'coordinator/hosts',
      'coordinator/core',
      'coordinator/why',
      'programs',
      'results',
    ],
    pure: false,
  },
  // Nobody's row has cli in it.
  cli: {
    imports: [
      'model',
      'throttle',
      'predict',
      'protocol',
      'ledger',
      'ledger/store',
      'content',
      'coordinator',
      'coordinator/hosts',
      'coordinator/core',
      'programs',
      'results',
      'board',
      'session',
    ],
    pure: false,
  },
  'index.ts': {
    imports: [
      'model',
      'throttle',
      'predict',
      'protocol',
      'ledger',
      'ledger/store',
      'content',
      'programs',
      'results',
      'session',
    ],
    pure: false,
  },
};

export const purePackages: readonly string[] = [
  'zod',
  'yaml',
  'jsonc-parser',
  'canonicalize',
  '@noble/hashes',
  'fastest-levenshtein',
];

/** What a pure file may not name, and what to do instead. */
export const impureNames: Readonly<Record<string, string>> = {
  Date: 'take `now` as an argument',
  performance: 'take `now` as an argument',
  setTimeout: 'return an instruction, or take `now` as an argument',
  setInterval: 'return an instruction, or take `now` as an argument',
  setImmediate: 'return an instruction',
  queueMicrotask: 'return an instruction',
  'Math.random': 'take a seeded generator as an argument',
  crypto: 'take random bytes as an argument, or hash with @noble/hashes',
  process: 'take what it says as an argument',
  require: 'import it, in a room that may',
  fetch: 'return an instruction',
};

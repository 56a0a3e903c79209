/** What a lying host says: messages as an agent has them, about whatever it likes, with values that nobody expects. */
import fc from 'fast-check';

/** Names that a message may be about; the host knows all of them. */
export interface Knows {
  /** Leased to it, and to another host. */
  readonly own: string;
  readonly ownTrial: string;
  readonly others: string;
  readonly othersTrial: string;
}

const sha = (digit: string): string => digit.repeat(64);
const line = { score: 0.9999, final: true };
const base64 = Buffer.from('#!/bin/sh\n').toString('base64');

export const endWith = (more: object = {}): object => ({
  outcome: { kind: 'succeeded' },
  best: line,
  final: line,
  metricsCount: 0,
  metricsHash: '',
  seconds: 1,
  cpuSeconds: 1,
  peakMemoryBytes: 1,
  peakGpuMemoryBytes: null,
  gpuBusy: null,
  soloSeconds: null,
  gpuName: null,
  device: 'cpu',
  artifacts: [],
  checkpointBytes: null,
  logTail: '',
  ...more,
});

export const factsWith = (more: object = {}): object => ({
  machine: 'm',
  bootId: 'b',
  cpus: 4,
  memoryBytes: 2 ** 33,
  node: 'v24',
  folder: '/lab',
  pid: 1,
  build: 'b',
  user: 'mina',
  gpus: [{ uuid: 'GPU-1', index: 0, name: 'A100', memoryBytes: 2 ** 33 }],
  gpuProblem: null,
  ...more,
});

export const figures = {
  load: 1,
  othersLoad: 0,
  cores: null,
  memoryPressure: null,
  swapInBytes: null,
  memoryTotalBytes: 2 ** 33,
  memoryAvailableBytes: 2 ** 32,
  diskFreeBytes: 2 ** 40,
  cpusTaken: 1,
  running: 1,
  gpus: [],
};

/** One of each kind. */
export const messagesAbout = (attempt: string, trial: string): readonly object[] => [
  { kind: 'welcome', protocol: 5, facts: factsWith() },
  { kind: 'facts', facts: factsWith() },
  {
    kind: 'state',
    backlog: [attempt],
    running: [{ attempt, trial, device: 'cpu', runningMs: 1 }],
    ended: [{ attempt, trial }],
  },
  { kind: 'turned-away', reason: 'older-term', message: 'no', term: 7 },
  { kind: 'content', hash: sha('a'), present: true, problem: null },
  { kind: 'stuck', because: 'a full disk' },
  { kind: 'preparing', launch: 'launch-1', doing: 'making it' },
  {
    kind: 'launch',
    launch: 'launch-1',
    problem: 'no',
    logTail: '',
    wanted: { python: '3.11', implementation: 'cp', abis: ['cp311'], platforms: ['any'] },
  },
  { kind: 'launch-checked', checks: [{ kind: 'data', path: '/x', problem: null }] },
  { kind: 'started', attempts: [{ attempt, device: 'cpu' }] },
  { kind: 'metrics', attempt, from: 0, lines: [line] },
  {
    kind: 'ended',
    attempt,
    end: endWith({ artifacts: [{ path: 'model', sizeBytes: 10, sha256: sha('b'), comesBack: true }] }),
    files: [{ path: 'model', base64 }],
  },
  { kind: 'taken-back', attempts: [attempt], kept: [] },
  { kind: 'taken-back', attempts: [], kept: [attempt] },
  {
    kind: 'figures',
    figures,
    holds: [{ attempt, refusals: [{ kind: 'slots', running: 1, limit: 1 }] }],
    others: [],
  },
  { kind: 'log', attempt, offset: 0, base64, complete: true, problem: null },
  {
    kind: 'file',
    of: { kind: 'artifacts', attempt },
    path: 'model',
    offset: 0,
    base64,
    complete: true,
    problem: null,
  },
  {
    kind: 'checkpoint',
    trial,
    kept: {
      files: [{ path: 'a', executable: false, sha256: sha('c'), size: 1, mode: 0o600, mtime: '1' }],
      others: [{ kind: 'link', path: 'b', target: 'a', mtime: '1' }],
    },
    problem: null,
  },
  { kind: 'checkpoint-restored', trial, problem: null },
];

/** What stands where something else is expected. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    '../../../victim',
    '../../victim',
    '/etc/passwd',
    'a/../../../../victim',
    './x',
    'a//b',
    '\0',
    '',
    '__proto__',
    'constructor',
    '\u001b]0;owned\u0007',
    '\u202Egnp.exe',
    '%00',
    '!!!not base64!!!',
    'NaN',
  ),
  fc.constantFrom<unknown>(-1, -0, 0.5, 1e308, 2 ** 53, -(2 ** 53), null, true, [], {}, [[[[]]]], {
    kind: 'x',
  }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('x'.repeat(10_000), 'y'.repeat(300_000)),
  fc.constantFrom(
    Array.from({ length: 5_000 }, () => 0),
    Array.from({ length: 3 }, () => '../x'),
  ),
  fc.json().map((text): unknown => JSON.parse(text)),
);

type Edit = { readonly place: number; readonly value: unknown };

/** Puts odd values into a message, each in one of its places. */
function edited(message: object, edits: readonly Edit[]): string {
  const copy: unknown = structuredClone(message);
  for (const { place, value } of edits) {
    const places = placesIn(copy);
    const [holder, key] = places[place % places.length] ?? [];
    if (holder !== undefined && key !== undefined)
      Object.defineProperty(holder, key, {
        value: structuredClone(value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return JSON.stringify(copy);
}

function placesIn(value: unknown): [object, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): [object, string][] => [
    [value, key],
    ...placesIn(inner),
  ]);
}

const raw: fc.Arbitrary<string> = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 500 }).map((text) => text.replaceAll('\n', ' ')),
  fc.constantFrom(
    '{',
    '[]',
    'null',
    '{"kind":"ended"}',
    '['.repeat(100_000),
    '{"__proto__":{"kind":"ended"}}',
  ),
);

/** Lines that a lying host may say. */
export const lyingLine = (knows: Knows): fc.Arbitrary<string> => {
  const about = fc.constantFrom(
    [knows.own, knows.ownTrial],
    [knows.others, knows.othersTrial],
    [knows.own, knows.othersTrial],
    ['abcdef-1', knows.othersTrial],
    ['abcdef012345-1-0123456789abcdef', knows.othersTrial],
    ['../../../victim', knows.othersTrial],
  );
  const edits = fc.array(fc.record({ place: fc.nat(40), value: oddValue }), { maxLength: 3 });
  const message = fc
    .record({ about, which: fc.nat(100), edits })
    .map(({ about: [attempt, trial], which, edits: odd }) => {
      const messages = messagesAbout(attempt, trial);
      return edited(messages[which % messages.length] ?? {}, odd);
    });
  return fc.oneof({ weight: 9, arbitrary: message }, { weight: 1, arbitrary: raw });
};

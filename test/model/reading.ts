/** Reads sweep texts as a person's file would be read, with a small program in the place of the built-in ones. */
import { expandSweep, type Point } from '../../src/model/grid/expansion.ts';
import { parseSweepFile, type SweepContext } from '../../src/model/sweep/parse-sweep.ts';
import type { ProgramDescription } from '../../src/model/program.ts';
import { renderIssue } from '../../src/model/source/source-issue.ts';
import type { SweepFile } from '../../src/model/sweep/sweep-file.ts';
import { valueText } from '../../src/model/value.ts';

/** Knows three parameters; a depth above 9 is too deep. */
const toy: ProgramDescription = {
  name: 'toy',
  version: 1,
  parameters: ['layers', 'dropout', 'batchNorm', 'engine'],
  metrics: ['val_accuracy', 'score', 'val_loss', 'test_accuracy'],
  needsData: false,
  provenance: ['engine'],
  defaultWords: ['yes', 'no'],
  complete: ({ layers = 3, dropout = 0.5, batchNorm = false, engine = 'auto' }) => {
    const issues = [
      ...(Number(layers) > 9
        ? [{ parameter: 'layers', message: `${valueText(layers)} is too deep; the deepest is 9` }]
        : []),
      ...(Number(dropout) >= 1
        ? [{ parameter: 'dropout', message: `${valueText(dropout)} is not in [0, 1)` }]
        : []),
    ];
    if (issues.length > 0) return { kind: 'refused', issues };
    return { kind: 'complete', params: { layers, dropout, batchNorm, engine } };
  },
  countParameters: () => 1,
  operations: () => 1,
  estimate: () => ({ cpus: 1, gpus: 0, gpuMemoryBytes: null, hostMemoryBytes: null, diskBytes: null }),
  command: ['{node}', 'toy.mjs'],
};

const programs = { toy };

/** The first two lines of most sweeps below. */
export const toyHead = 'program: toy\nobjective: {metric: val_accuracy, goal: maximize}\n';
export const commandHead =
  'program: {command: [python3, train.py, "{args}"]}\nobjective: {metric: val_accuracy, goal: maximize}\n';

export type Overrides = Partial<SweepContext> & { readonly files?: Readonly<Record<string, string>> };

function parse(text: string, { files = {}, ...context }: Overrides) {
  return parseSweepFile(text, 'sweeps/x.yaml', {
    programs,
    readExtended: (path) => files[path] ?? null,
    ...context,
  });
}

/** The lines that a person sees for a sweep that is refused, in parsing or in expansion. */
export function complaints(text: string, overrides: Overrides = {}): string[] {
  const parsed = parse(text, overrides);
  if (parsed.kind === 'refused') return parsed.issues.map(renderIssue);
  const expansion = expandSweep(parsed, programs);
  return expansion.kind === 'refused' ? expansion.issues.map(renderIssue) : [];
}

export function sweepOf(text: string, overrides: Overrides = {}): SweepFile {
  const parsed = parse(text, overrides);
  if (parsed.kind === 'refused') throw new Error(parsed.issues.map(renderIssue).join('\n'));
  return parsed.sweep;
}

export function expand(text: string, overrides: Overrides = {}) {
  const parsed = parse(text, overrides);
  if (parsed.kind === 'refused') throw new Error(parsed.issues.map(renderIssue).join('\n'));
  const expansion = expandSweep(parsed, programs);
  if (expansion.kind === 'refused') throw new Error(expansion.issues.map(renderIssue).join('\n'));
  return expansion;
}

export const pointsOf = (text: string, overrides: Overrides = {}): readonly Point[] =>
  expand(text, overrides).points;

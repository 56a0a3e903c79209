import type { Axis } from '../grid/axis.ts';
import { parseDuration } from '../duration.ts';
import { besideFile, nameOfFile } from '../file-path.ts';
import { parseSize } from '../size.ts';
import type { Position } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';
import { sweepName } from '../ids.ts';
import type { SweepFile } from './sweep-file.ts';
import type {
  AxisInput,
  GridInput,
  LogRangeInput,
  ProgramInput,
  RangeInput,
  SweepInput,
} from './sweep-input.ts';

const defaultStallMs = 15 * 60_000;
const defaultArtifactBytes = 50_000_000;

/** Fills in every default; what it reads has passed the schema. Durations become ms, sizes bytes. */
export function normaliseSweep(
  input: SweepInput,
  path: string,
  locate: Locate,
  command: { readonly name: string | null; readonly seeds: readonly number[]; readonly limit: number | null },
): SweepFile {
  const { resources, artifacts } = input;
  return {
    name: sweepName(command.name ?? input.sweep ?? nameOfFile(path)),
    program: normaliseProgram(input.program, (key) => fileOf(locate(['program', key]), path)),
    data: normaliseData(input.data),
    objective: {
      metric: input.objective.metric,
      goal: input.objective.goal,
      at: input.objective.at ?? 'final',
      selectOnTest: input.selectOnTest ?? false,
    },
    fixed: input.fixed ?? {},
    grids: gridsOf(input.grid).map((grid) =>
      Object.entries(grid).map(([name, axis]) => normaliseAxis(name, axis)),
    ),
    exclude: (input.exclude ?? []).map(({ because, ...when }) => ({
      when: Object.fromEntries(
        Object.entries(when).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]),
      ),
      because,
    })),
    sample: input.sample ?? null,
    limit: command.limit,
    seeds: [...command.seeds],
    resources: {
      cpus: resources?.cpus ?? null,
      gpus: resources?.gpus ?? null,
      gpuMemoryBytes: bytesOf(resources?.gpuMemory),
      hostMemoryBytes: bytesOf(resources?.hostMemory),
      diskBytes: bytesOf(resources?.disk),
    },
    hosts: [input.hosts ?? []].flat(),
    timeoutMs: limitOf(input.timeout, null),
    stallAfterMs: limitOf(input.stallAfter, defaultStallMs),
    retries: input.retries ?? 1,
    concurrent: input.concurrent ?? null,
    priority: input.priority ?? 0,
    artifacts: {
      fetch: artifacts?.fetch ?? ['**'],
      maxBytes: bytesOf(artifacts?.max) ?? defaultArtifactBytes,
    },
  };
}

/** A path counts from the file that says it; on the command line, from the sweep file. */
const fileOf = ({ path, line }: Position, sweepFile: string): string => (line === null ? sweepFile : path);

/** The grids of a sweep file: its one, its list, or one without an axis. */
export const gridsOf = (grid: SweepInput['grid']): readonly GridInput[] =>
  Array.isArray(grid) ? grid : [grid ?? {}];

/** @param fileOfKey the file that says a key of the program: its paths count from there */
function normaliseProgram(
  program: ProgramInput,
  fileOfKey: (key: 'files' | 'python') => string,
): SweepFile['program'] {
  if (typeof program === 'string') return { kind: 'builtin', name: program };
  return {
    kind: 'command',
    command: program.command.map(String),
    files: program.files === undefined ? null : besideFile(fileOfKey('files'), program.files),
    argStyle: program.argStyle ?? 'plain',
    booleans: program.booleans ?? null,
    env: Object.fromEntries(Object.entries(program.env ?? {}).map(([name, value]) => [name, String(value)])),
    activate: program.activate ?? null,
    python: program.python === undefined ? null : besideFile(fileOfKey('python'), program.python),
    setup: program.setup?.map(String) ?? null,
    passEnv: program.passEnv ?? [],
    metrics: { stdout: program.metrics?.stdout ?? [], csv: program.metrics?.csv ?? null },
  };
}

function normaliseData(data: SweepInput['data']): SweepFile['data'] {
  if (data === undefined) return null;
  if (typeof data === 'string') return { kind: 'named', name: data, words: null };
  if ('path' in data) return { kind: 'path', path: data.path, version: String(data.version) };
  return { kind: 'named', name: data.name, words: data.words ?? null };
}

export function normaliseAxis(name: string, axis: AxisInput): Axis {
  if (Array.isArray(axis)) return { kind: 'list', name, values: axis };
  if (isRange(axis)) return { kind: 'range', name, from: axis.from, to: axis.to, step: axis.step ?? 1 };
  if (isLogRange(axis)) return { kind: 'log', name, from: axis.from, to: axis.to, count: axis.log };
  return {
    kind: 'cases',
    name,
    cases: Object.entries(axis).map(([label, params]) => ({ name: label, params })),
  };
}

type MappedAxis = Exclude<AxisInput, readonly unknown[]>;
const isLogRange = (axis: MappedAxis): axis is LogRangeInput =>
  typeof axis['from'] === 'number' && 'log' in axis;
const isRange = (axis: MappedAxis): axis is RangeInput =>
  typeof axis['from'] === 'number' && !('log' in axis);

const bytesOf = (size: string | number | undefined): number | null =>
  size === undefined ? null : parseSize(size);

const limitOf = (limit: string | number | undefined, otherwise: number | null): number | null =>
  limit === undefined ? otherwise : limit === 'none' ? null : parseDuration(limit);

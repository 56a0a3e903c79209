/** What a sweep file amounts to, recorded: no later version may read one otherwise that was read right before. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { processConsole } from '../../src/cli/console.ts';
import { readProgram } from '../../src/session/program/program-files.ts';
import { loadSweep } from '../../src/session/sweep/sweep-source.ts';
import { declare, type ResolvedData, type ResolvedProgram } from '../../src/coordinator/declaration.ts';
import { canonicalJson, sha256Hex } from '../../src/model/grid/canonical.ts';
import { contentHash } from '../../src/model/ids.ts';
import type { SweepFile } from '../../src/model/sweep/sweep-file.ts';
import { programs } from '../../src/programs/registry.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const console = { ...processConsole(), cwd: root };
export const recordFile = `${root}test/fixtures/kept/recorded.json`;

const yamlOf = (folder: string): string[] =>
  readdirSync(`${root}${folder}`)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`);

/** Each file, and as a sample of other sizes by other seeds. */
export const keptSweeps: readonly (readonly [file: string, sample: string | null])[] = [
  ...[
    ...yamlOf('sweeps'),
    ...yamlOf('sweeps/published'),
    'examples/python/sklearn/sweep.yaml',
    'examples/python/torch/sweep.yaml',
    ...yamlOf('bench/training/agreement'),
    ...yamlOf('test/fixtures/kept'),
  ].map((file) => [file, null] as const),
  ...['lab', 'quickstart'].flatMap((name) =>
    ['{points: 1, seed: 0}', '{points: 5, seed: 2}'].map(
      (sample) => [`sweeps/${name}.yaml`, sample] as const,
    ),
  ),
  ...['sample', 'sample-billions', 'sample-quadrillion', 'sample-excluded', 'grids', 'kebab'].flatMap(
    (name) =>
      ['{points: 3, seed: 7}', '{points: 90, seed: 2}', '{points: 17, seed: 123456789}'].map(
        (sample) => [`test/fixtures/kept/${name}.yaml`, sample] as const,
      ),
  ),
];

export interface Kept {
  readonly file: string;
  readonly sample: string | null;
  readonly points: number;
  readonly firstPoint: unknown;
  readonly lastPoint: unknown;
  /** Of the parameters of all points, and of all ids, in their order. */
  readonly pointsHash: string;
  readonly trialsHash: string;
  readonly firstTrial: string;
  readonly firstShape: string;
  /** Of a built-in program it changes with each build. */
  readonly launch: string | null;
  readonly files: string | null;
}

/** @param more what the command line says besides: `program.booleans=flag` */
export async function keptOf(
  file: string,
  sample: string | null,
  more: readonly string[] = [],
): Promise<Kept> {
  const set = [...more, ...(sample === null ? [] : [`sample=${sample}`])];
  const loaded = loadSweep(console, file, { set, yes: true });
  const { sweep } = loaded;
  const program =
    sweep.program.kind === 'builtin'
      ? builtin(sweep.program.name)
      : withOwnFiles(file, (await readProgram(console, loaded, { inventory: null, state: null })).program);
  const { declaration, points } = declare(sweep, file, loaded.points, program, dataOf(sweep));
  return {
    file,
    sample,
    points: points.length,
    firstPoint: points[0]?.params,
    lastPoint: points.at(-1)?.params,
    pointsHash: hashOf(points.map(({ params, case: named }) => [params, named])),
    trialsHash: hashOf(points.map(({ shape, trials }) => [shape, trials])),
    firstTrial: points[0]?.trials[0] ?? '',
    firstShape: points[0]?.shape ?? '',
    launch: sweep.program.kind === 'builtin' ? null : declaration.launch,
    files: program.launch.files,
  };
}

/** Files that are edited with this repository have another hash each time. */
const withOwnFiles = (file: string, program: ResolvedProgram): ResolvedProgram =>
  file.includes('fixtures/kept') || program.identity.kind !== 'command'
    ? program
    : {
        ...program,
        identity: { ...program.identity, files: null },
        launch: { ...program.launch, files: null },
      };

const hashOf = (value: unknown): string => sha256Hex(canonicalJson(value));

function builtin(name: string): ResolvedProgram {
  const description = programs[name];
  if (description === undefined) throw new RangeError(`there is no program ${name}`);
  return {
    name,
    identity: { kind: 'builtin', name, version: description.version },
    launch: {
      command: [...description.command],
      argStyle: 'plain',
      files: null,
      engines: [],
      env: {},
      activate: null,
      python: null,
      setup: null,
      passEnv: [],
      metrics: { stdout: [], csv: null },
    },
    description,
  };
}

function dataOf({ data }: SweepFile): ResolvedData | null {
  if (data === null) return null;
  if (data.kind === 'path')
    return {
      name: data.path,
      identity: { name: data.path, version: data.version },
      launch: { kind: 'path', path: data.path },
      shape: { words: [] },
    };
  const hash = contentHash('a'.repeat(64));
  return {
    name: data.name,
    identity: { hash, words: data.words },
    launch: { kind: 'content', hash, name: data.name },
    shape: { words: data.words ?? ['yes', 'no'] },
  };
}

export const readRecorded = (): Kept[] => JSON.parse(readFileSync(recordFile, 'utf8'));

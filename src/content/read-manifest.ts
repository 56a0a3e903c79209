import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentHash } from '../model/ids.ts';
import type { Manifest } from '../model/manifest.ts';
import { hashFile } from './hash-file.ts';
import { byPathBytes, manifestHash } from './manifest.ts';
import { mapSome } from './map-some.ts';
import { compilePatterns, type Matches } from './patterns.ts';
import type { ContentProblem } from './problem.ts';
import { type FoundFile, type LeavesOut, walk } from './walk.ts';

/** Programs are sent to every host: above this they hold something that does not belong there. */
export const maxProgramBytes = 100_000_000;

export interface ManifestOptions {
  /** `usual`: what `.labsweepignore` and the usual list name is left out; `nothing`: every file counts. */
  readonly ignore: 'usual' | 'nothing';
  /** @default 100 MB where the usual is ignored, else no bound */
  readonly maxBytes?: number;
  /** What lies in the folder besides and does not count. */
  readonly besides?: Besides;
}

export interface Besides {
  readonly leavesOut: LeavesOut;
  /** The files that are left once all of them were looked at. */
  without(files: readonly FoundFile[]): FoundFile[];
}

export type ManifestRead =
  | {
      readonly kind: 'manifest';
      readonly manifest: Manifest;
      readonly hash: ContentHash;
      /** Of a path that the folder has, or has had. */
      readonly leavesOut: LeavesOut;
    }
  | { readonly kind: 'refused'; readonly problems: readonly ContentProblem[] };

/** Lists and hashes the regular files of a folder. The same on every machine that has the same files. */
export async function readManifest(folder: string, options: ManifestOptions): Promise<ManifestRead> {
  const { besides } = options;
  const ignores = await rulesOf(folder, options.ignore);
  const leavesOut: LeavesOut = (...entry) => ignores(...entry) || besides?.leavesOut(...entry) === true;
  const { files: found, problems } = await walk(folder, leavesOut);
  const files = besides?.without(found) ?? found;
  const maxBytes = options.maxBytes ?? (options.ignore === 'usual' ? maxProgramBytes : Infinity);
  const tooLarge = checkSize(files, maxBytes);
  if (problems.length > 0 || tooLarge.length > 0)
    return { kind: 'refused', problems: [...problems, ...tooLarge] };
  return hashAll(folder, files, leavesOut);
}

function rulesOf(folder: string, ignore: ManifestOptions['ignore']): Promise<LeavesOut> | LeavesOut {
  switch (ignore) {
    case 'usual':
      return usualRules(folder);
    case 'nothing':
      return () => false;
    default:
      return ignore satisfies never;
  }
}

async function hashAll(
  folder: string,
  files: readonly FoundFile[],
  leavesOut: LeavesOut,
): Promise<ManifestRead> {
  const problems: ContentProblem[] = [];
  const hashed = await mapSome(8, [...files].sort(byPathBytes), async ({ path, executable }) => {
    try {
      return [{ path, executable, ...(await hashFile(join(folder, path))) }];
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      problems.push({ kind: 'unreadable', path, message });
      return [];
    }
  });
  if (problems.length > 0) return { kind: 'refused', problems };
  const manifest = hashed.flat();
  return { kind: 'manifest', manifest, hash: manifestHash(manifest), leavesOut };
}

function checkSize(files: readonly FoundFile[], limitBytes: number): ContentProblem[] {
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (totalBytes <= limitBytes) return [];
  const largest = [...files].sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, 5);
  return [
    {
      kind: 'too-large',
      totalBytes,
      limitBytes,
      largest: largest.map(({ path, sizeBytes }) => ({ path, sizeBytes })),
    },
  ];
}

/** What lies in nearly every project and belongs to no trial. Editors leave `.#*`, `*~` and `.NAME.swp` beside a file. */
const usual = [
  '.git',
  '.labsweep/',
  '.labsweep-state/',
  '__pycache__/',
  'node_modules/',
  '*.pyc',
  '*.pt',
  '.#*',
  '*~',
  '.*.sw[a-p]',
];

async function usualRules(folder: string): Promise<LeavesOut> {
  const own = await readFile(join(folder, '.labsweepignore'), 'utf8').catch(() => '');
  const matches: Matches = compilePatterns([...usual, ...own.split('\n')]);
  return (path, isFolder, absolute) =>
    matches(path, isFolder) || (isFolder && isVirtualEnvironment(absolute));
}

const isVirtualEnvironment = (folder: string): boolean => existsSync(join(folder, 'pyvenv.cfg'));

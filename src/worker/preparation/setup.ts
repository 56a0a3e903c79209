/** `setup`: a command that a host runs once for a version of a program. */
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { canonicalJson, sha256Hex } from '../../model/canonical.ts';
import { reopen } from '../spool/reopen.ts';
import { writeAnew, writeWhole } from '../spool/write-whole.ts';
import { type Failed, type Place, preparedFolder, runStep, reachDisk } from './place.ts';

/** All that makes it another setup. */
export interface SetupOptions {
  readonly argv: readonly string[];
  /** The snapshot of the program's files on this host; null where there are none. */
  readonly files: string | null;
  /** The activation; empty where there is none. */
  readonly before: readonly string[];
  /** What the sweep and the inventory set, and the virtual environment. */
  readonly own: Readonly<Record<string, string>>;
}

/** Where it runs or ran, and whether it is done. */
export function setupFolder(place: Place, options: SetupOptions): { folder: string; isDone: boolean } {
  const { argv, files, before, own } = options;
  const key = sha256Hex(canonicalJson({ argv, files, before, own })).slice(0, 32);
  const folder = `${preparedFolder(place.host, 'setups')}/${key}`;
  return { folder, isDone: existsSync(`${folder}.done`) };
}

/**
 * Runs it in a folder of its own, with a link to each top-level entry of the program's files. Trials find in their
 * working directory what it made there.
 */
export async function setUp(
  place: Place,
  options: SetupOptions,
): Promise<{ readonly kind: 'set-up'; readonly folder: string } | Failed> {
  const { argv, files, before, own } = options;
  const { folder, isDone } = setupFolder(place, options);
  if (isDone) return { kind: 'set-up', folder };
  // What was left half made may be read-only: many package caches are.
  reopen(folder);
  await rm(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  for (const entry of files === null ? [] : readdirSync(files))
    symlinkSync(`${files}/${entry}`, `${folder}/${entry}`);
  const log = `${folder}.log`;
  writeAnew(log, '');
  const environment = { ...place.environment, ...own, LABSWEEP_FOLDER: folder };
  const step = { argv: [...before, ...argv], folder, environment, log, limitMs: place.buildMs };
  const ran = await runStep(place, `\`setup\` (${argv.join(' ')})`, step);
  if (ran.kind === 'failed') return ran;
  await reachDisk(folder);
  writeWhole(`${folder}.done`, '');
  return { kind: 'set-up', folder };
}

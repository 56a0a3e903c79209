/** `setup`: a command that a host runs once for a version of a program. */
import * as fileSystem from 'node:fs';
import { z } from 'zod';
import { canonicalJson, sha256Hex } from '../../model/grid/canonical.ts';
import { textOf } from '../spool/log-file.ts';
import { writeAnew, writeWhole } from '../spool/write-whole.ts';
import type { ContentKeeper } from '../spool/content-keeper.ts';
import { inSlices } from '../supervisor/in-slices.ts';
import { copies } from '../supervisor/copies-here.ts';
import { copySnapshot } from './copy-snapshot.ts';
import { type Failed, type Place, preparedFolder, runStep, reachDisk } from './place.ts';
import { closeTree, removeMade, whyShared } from './setup-result.ts';

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

const filesMissing: Failed = {
  kind: 'failed',
  reason: 'content-missing',
  message:
    "the program's files are not on this host as they were sent; they come again with the next connection",
  logTail: '',
  wanted: null,
};

/** What is known of one that is done: `shared` says why copies would not do, in words that follow "it"; null where they do. */
const doneSchema = z.object({ shared: z.string().nullable() });

export interface SetupDone {
  readonly folder: string;
  readonly shared: string | null;
  /** A copy of what it began as; null where it is not shared. */
  readonly began: string | null;
}

const beganOf = (folder: string): string => `${folder}.began`;

/** Where it runs or ran, and what came of it; null where it is not done. */
export function findSetup(
  place: Place,
  options: SetupOptions,
): { readonly folder: string; readonly done: SetupDone | null } {
  const { argv, files, before, own } = options;
  // Agents of before made it of links into the snapshot, or kept nothing of how it began: trials of theirs may use it still.
  const key = sha256Hex(canonicalJson({ argv, files, before, own, isCopied: true, isKept: true })).slice(
    0,
    32,
  );
  const folder = `${preparedFolder(place.host, 'setups')}/${key}`;
  return { folder, done: readDone(folder) };
}

function readDone(folder: string): SetupDone | null {
  try {
    const { shared } = doneSchema.parse(JSON.parse(textOf(`${folder}.done`)));
    const began = shared === null ? null : beganOf(folder);
    const isThere = [folder, began].every((each) => each === null || fileSystem.existsSync(each));
    return isThere ? { folder, shared, began } : null;
  } catch {
    return null;
  }
}

/**
 * Runs it in a folder of its own, with a copy of the program's files: it may change them. Trials begin with what it
 * leaves. What cannot be copied is closed to writing, and all trials use it where it lies.
 */
export async function setUp(
  place: Place,
  keeper: ContentKeeper,
  options: SetupOptions,
): Promise<{ readonly kind: 'set-up'; readonly done: SetupDone } | Failed> {
  const { argv, files, before, own } = options;
  const { folder, done } = findSetup(place, options);
  if (done !== null) return { kind: 'set-up', done };
  const began = beganOf(folder);
  for (const each of [folder, began]) {
    await removeMade(each);
    fileSystem.mkdirSync(each, { mode: 0o700 });
  }
  if (files !== null) {
    const isCopied = await copySnapshot(keeper, files, folder, place.steps.umask());
    if (!isCopied) return filesMissing;
    // The snapshot's own times change when it comes again, or is written anew.
    await inSlices(copies.copy({ from: folder, to: began, umask: null, began: null }));
  }
  const log = `${folder}.log`;
  writeAnew(log, '');
  const environment = { ...place.environment, ...own, LABSWEEP_FOLDER: folder };
  const step = { argv: [...before, ...argv], folder, environment, log, limitMs: place.buildMs };
  const ran = await runStep(place, `\`setup\` (${argv.join(' ')})`, step);
  if (ran.kind === 'failed') return ran;
  const shared = await whyShared(folder);
  if (shared === null) await removeMade(began);
  else await closeTree(folder);
  await reachDisk(folder);
  writeWhole(`${folder}.done`, JSON.stringify({ shared }));
  return { kind: 'set-up', done: { folder, shared, began: shared === null ? null : began } };
}

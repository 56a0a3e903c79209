import { join } from 'node:path';
import type { Artifact, Unlisted } from '../model/result/attempt-end.ts';
import { hashFile } from './hash-file.ts';
import { byPathBytes } from './manifest.ts';
import { mapSome } from './map-some.ts';
import { compilePatterns, selectsFile } from './patterns.ts';
import type { ContentProblem } from './problem.ts';
import { type FoundFile, walk } from './walk.ts';

export interface CollectOptions {
  /** Patterns (patterns.ts) of what comes back. */
  readonly fetch: readonly string[];
  /** Of all that comes back, together. */
  readonly maxBytes: number;
}

export interface Collected {
  /** Every file with its size and hash, sorted by path. */
  readonly artifacts: readonly Artifact[];
  /** What is not among them; null where all are. */
  readonly unlisted: readonly Unlisted[] | null;
}

/** Each takes about 160 characters of the message and the event that list them all, and one fsync or two to come back. */
const mostListed = 20_000;
/** So far the first of them by name are listed; of more, some. */
const mostFound = 50_000;
/** Of all paths together: they travel in one message. */
const mostPathChars = 4 * 1024 ** 2;

/**
 * Looks over what an attempt left in its artifacts folder. In the order of their paths, files come back as long as there
 * is room for them.
 */
export async function collect(folder: string, { fetch, maxBytes }: CollectOptions): Promise<Collected> {
  const left = new LeftOut();
  let seen = 0;
  // Beyond what can be listed they are counted, and not kept: a program may have taken the folder for a scratch disk.
  const { files, problems } = await walk(folder, (path, isFolder) => {
    seen += isFolder ? 0 : 1;
    return !isFolder && seen > mostFound && left.add('too-many', path);
  });
  for (const problem of problems) left.addProblem(problem);
  const sorted = [...files].sort(byPathBytes);
  const listed = fitting(sorted);
  for (const { path } of sorted.slice(listed.length)) left.add('too-many', path);
  const found = await mapSome(4, listed, (file) => describe(folder, file));
  for (const [index, { path }] of listed.entries()) if (found[index] === null) left.add('unreadable', path);
  const artifacts = choose(
    found.filter((file) => file !== null),
    fetch,
    maxBytes,
  );
  return { artifacts, unlisted: left.all };
}

/** How many are left out for each reason, with the first of them. */
class LeftOut {
  readonly #counts = new Map<Unlisted['why'], Unlisted>();

  get all(): readonly Unlisted[] | null {
    return this.#counts.size === 0 ? null : [...this.#counts.values()];
  }

  /** @returns true */
  add(why: Unlisted['why'], path: string): true {
    const before = this.#counts.get(why);
    this.#counts.set(why, { why, path: before?.path ?? path, count: (before?.count ?? 0) + 1 });
    return true;
  }

  addProblem(problem: ContentProblem): void {
    switch (problem.kind) {
      case 'link-leaves':
      case 'odd-name':
      case 'unreadable':
        // By the name that Node has made of it, such a file is not found.
        this.add(problem.path.includes('\uFFFD') ? 'odd-name' : problem.kind, problem.path);
        break;
      case 'no-folder':
      // A link to nothing has nothing that could come back, and the files of one that turns in circles are there already.
      case 'link-broken':
      case 'link-loop':
      case 'too-large':
        break;
      default:
        problem satisfies never;
    }
  }
}

/** The first of them that fit into one message. */
function fitting(files: readonly FoundFile[]): FoundFile[] {
  let chars = 0;
  const beyond = files.findIndex(({ path }, index) => {
    chars += JSON.stringify(path).length;
    return index >= mostListed || chars > mostPathChars;
  });
  return beyond < 0 ? [...files] : files.slice(0, beyond);
}

/** Null where it is gone or closed since it was listed. */
async function describe(folder: string, { path }: FoundFile): Promise<Found | null> {
  try {
    const { sha256, size } = await hashFile(join(folder, path));
    return { path, sizeBytes: size, sha256 };
  } catch {
    return null;
  }
}

type Found = Omit<Artifact, 'comesBack'>;

function choose(found: readonly Found[], fetch: readonly string[], maxBytes: number): Artifact[] {
  const matches = compilePatterns(fetch);
  let room = maxBytes;
  return found.map((file) => {
    const comesBack = file.sizeBytes <= room && selectsFile(matches, file.path);
    if (comesBack) room -= file.sizeBytes;
    return { ...file, comesBack };
  });
}

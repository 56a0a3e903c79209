/**
 * One folder has one agent. The agent that serves `host/MACHINE/` holds the lock there: the link `serving.N` with the
 * highest number, whose target names its process. symlink(2) makes a link whole or not at all, by one of several at once,
 * on a network file system too, and needs no block of a disk that is full.
 *
 * Who finds the holder gone makes the next number. The highest number is never removed, only what lies below it: so no
 * one can take away the lock of another whom it has not seen.
 */
import { lstatSync, lutimesSync, readdirSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Holder, parseHolder, standing, textOfHolder } from './holder.ts';

/** How often a holder says that it lives, for those who cannot see its process. */
export const beatEveryMs = 2_000;
/** So long a holder that cannot be seen may be silent: three of its words, and the attributes that NFS keeps (nfs(5), acregmin). */
const silenceMs = 7_000;

/** What a look at the lock has found. */
interface Top {
  readonly number: number;
  /** What the link says; null where that is none of our words. */
  readonly target: string | null;
  readonly holder: Holder | null;
}

export type Taken =
  | { readonly kind: 'taken'; readonly lock: FolderLock }
  | { readonly kind: 'held'; readonly holder: Holder };

/** Takes the lock of a folder, or finds who holds it. @throws the system's error where no link can be made */
export async function takeFolder(root: string, own: Holder): Promise<Taken> {
  for (;;) {
    const top = topOf(root);
    const living = top === null ? null : await livingHolder(root, top);
    if (living !== null) return { kind: 'held', holder: living };
    if (top !== null && top.number >= highest)
      throw new Error(`${pathOf(root, top.number)} is no lock of labsweep's; remove it`);
    const lock = FolderLock.make(root, (top?.number ?? 0) + 1, own);
    if (lock !== null) return { kind: 'taken', lock };
  }
}

/** Who holds the lock of a folder and is seen to live; null where nobody is. @throws as `takeFolder` */
export function seenHolder(root: string): Holder | null {
  const holder = topOf(root)?.holder ?? null;
  return holder !== null && standing(holder) === 'lives' ? holder : null;
}

async function livingHolder(root: string, top: Top): Promise<Holder | null> {
  const { holder } = top;
  if (holder === null) return null;
  const seen = standing(holder);
  if (seen !== 'unseen') return seen === 'lives' ? holder : null;
  const path = pathOf(root, top.number);
  const before = changedAt(path);
  for (let waitedMs = 0; waitedMs < silenceMs; waitedMs += beatEveryMs / 4) {
    await pause(beatEveryMs / 4);
    if (topOf(root)?.target !== top.target || changedAt(path) !== before) return topOf(root)?.holder ?? null;
  }
  return null;
}

export class FolderLock {
  readonly #root: string;
  readonly #number: number;
  readonly #target: string;

  private constructor(root: string, number: number, target: string) {
    this.#root = root;
    this.#number = number;
    this.#target = target;
  }

  /** Null where another was faster. */
  static make(root: string, number: number, own: Holder): FolderLock | null {
    const lock = new FolderLock(root, number, textOfHolder(own));
    if (!lock.#link()) return null;
    if (lock.#look() === 'ours') {
      lock.#removeLower();
      return lock;
    }
    // Who saw an older holder than the last one comes too late.
    unlinkIfThere(pathOf(root, number));
    return null;
  }

  /**
   * Whether this process holds the lock still. Made anew where it is missing and nobody has taken it. A file server that
   * does not answer takes it from nobody.
   */
  keep(): boolean {
    try {
      const found = this.#look();
      return found === 'missing' ? this.#link() && this.#look() === 'ours' : found === 'ours';
    } catch (error) {
      return codeOf(error) !== 'ENOENT';
    }
  }

  /** Says that it lives. */
  beat(): void {
    const now = new Date();
    try {
      lutimesSync(pathOf(this.#root, this.#number), now, now);
    } catch {
      // Whoever cannot see this process may hold it for gone: the next look shows it.
    }
  }

  /** @throws the system's error where the folder cannot be read */
  #look(): 'ours' | 'missing' | 'lost' {
    const top = topOf(this.#root);
    if (top === null || top.number < this.#number) return 'missing';
    return top.number === this.#number && top.target === this.#target ? 'ours' : 'lost';
  }

  #link(): boolean {
    try {
      symlinkSync(this.#target, pathOf(this.#root, this.#number));
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      // NFS may answer a call that it has carried out as if another had been faster (RFC 1813, 4.9).
      return targetOf(pathOf(this.#root, this.#number)) === this.#target;
    }
  }

  #removeLower(): void {
    for (const number of numbersIn(this.#root))
      if (number < this.#number) unlinkIfThere(pathOf(this.#root, number));
  }
}

/** More agents than a folder will ever see one after the other; what is named so was put there by somebody. */
const highest = 999_999_999;

const pathOf = (root: string, number: number): string => `${root}/serving.${number}`;

const numbersIn = (root: string): number[] =>
  readdirSync(root).flatMap((name) => {
    const digits = /^serving\.(\d{1,15})$/.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });

/** @throws the system's error where the folder cannot be read */
function topOf(root: string): Top | null {
  const numbers = numbersIn(root);
  if (numbers.length === 0) return null;
  const number = Math.max(...numbers);
  const target = targetOf(pathOf(root, number));
  return { number, target, holder: target === null ? null : parseHolder(target) };
}

function targetOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

const changedAt = (path: string): number | null =>
  lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another was as fast.
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);

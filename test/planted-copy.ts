/** A copy of this tree in which one text of the sources is replaced by another: a defect that is made on purpose. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');

export interface Patch {
  /** Below `src`. */
  readonly file: string;
  /** Stands once in its file. */
  readonly find: string;
  readonly put: string;
}

/** What is made from the sources, or is not theirs. */
const leftOut: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.labsweep']);

export const sourceOf = ({ file }: Pick<Patch, 'file'>, tree = root): string => join(tree, 'src', file);

/** @throws where the text does not stand in its file, or more than once: the patch is of another time */
export function patched(text: string, { file, find, put }: Patch): string {
  const count = text.split(find).length - 1;
  if (count !== 1) throw new Error(`src/${file} has this ${count} times, and not once:\n${find}`);
  return text.replace(find, () => put);
}

export class PlantedCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'labsweep-planted-'));

  constructor() {
    cpSync(root, this.folder, { recursive: true, filter: (path) => !leftOut.has(basename(path)) });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** @returns what takes it out again */
  plant(patch: Patch): () => void {
    const path = sourceOf(patch, this.folder);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, patched(text, patch));
    return () => writeFileSync(path, text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Folders to take along. */
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { manifestHash } from '../../src/content/manifest.ts';
import type { Manifest, ManifestFile } from '../../src/model/manifest.ts';
import { readManifest } from '../../src/content/read-manifest.ts';
import { snapshot } from '../../src/content/snapshot.ts';
import { removeTree } from '../../src/content/tree.ts';
import type { ContentHash } from '../../src/model/ids.ts';

/** A folder that is gone when the test is over, with these files in it. */
export function folderOf(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-test-'));
  onTestFinished(() => removeTree(folder));
  for (const [path, text] of Object.entries(files)) write(folder, path, text);
  return folder;
}

export function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** A program with what is hard to carry: an executable, an empty file, odd names, a name too long for old tars. */
export function oddFolder(): string {
  const folder = folderOf({
    'train.py': 'print({"final": true})\n',
    'bin/run': '#!/bin/sh\nexec "$@"\n',
    'pkg/__init__.py': '',
    'a b/"quotes" & $HOME/über\n😀.txt': 'odd',
    '-rf': 'dash',
    [`${'deep/'.repeat(30)}${'n'.repeat(120)}.txt`]: 'long',
    'big.bin': 'x'.repeat(3_000_001),
  });
  chmodSync(join(folder, 'bin/run'), 0o755);
  return folder;
}

export async function manifestOf(folder: string): Promise<Manifest> {
  const read = await readManifest(folder, { ignore: 'usual' });
  if (read.kind === 'refused') throw new Error(JSON.stringify(read.problems));
  return read.manifest;
}

/** A store with a folder in it. */
export async function storeOf(
  folder: string,
): Promise<{ store: string; hash: ContentHash; manifest: Manifest }> {
  const store = folderOf();
  const manifest = await manifestOf(folder);
  await snapshot(folder, manifest, store);
  return { store, hash: manifestHash(manifest), manifest };
}

export const pathsOf = (manifest: readonly ManifestFile[]): string[] => manifest.map(({ path }) => path);

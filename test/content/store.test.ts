import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manifestHash } from '../../src/content/manifest.ts';
import { snapshot } from '../../src/content/snapshot.ts';
import { contentPath, hasContent, storedManifest, verifyContent } from '../../src/content/store.ts';
import { folderOf, manifestOf, oddFolder, storeOf, write } from './folders.ts';

describe('a store', () => {
  test('is rid of what a crash has left, a day later', async () => {
    const { store, hash } = await storeOf(oddFolder());
    const folder = (name: string, hours: number): void => {
      const path = join(store, name);
      mkdirSync(join(path, 'pkg'), { recursive: true });
      chmodSync(join(path, 'pkg'), 0o555);
      writeFileSync(`${path}.ready`, '');
      const then = Date.now() / 1_000 - hours * 3_600;
      for (const each of [path, `${path}.ready`]) utimesSync(each, then, then);
    };
    folder('tmp.cedar.0123', 25);
    folder('tmp.cedar.4567', 23);
    const other = folderOf({ 'a.py': 'one' });
    const manifest = await manifestOf(other);
    await snapshot(other, manifest, store);
    const added = manifestHash(manifest);
    const kept = ['tmp.cedar.4567', 'tmp.cedar.4567.ready', hash, `${hash}.ready`, added, `${added}.ready`];
    expect(readdirSync(store).sort()).toEqual(kept.sort());
  });
});

describe('a snapshot', () => {
  test('holds what the manifest says, read-only, and is ready only with its manifest beside it', async () => {
    const { store, hash, manifest } = await storeOf(oddFolder());
    const path = contentPath(store, hash);
    expect(await manifestOf(path)).toEqual(manifest);
    expect(await storedManifest(store, hash)).toEqual(manifest);
    expect(statSync(join(path, 'bin/run')).mode & 0o777).toBe(0o555);
    expect(statSync(join(path, 'train.py')).mode & 0o777).toBe(0o444);
    expect(statSync(join(path, 'pkg')).mode & 0o777).toBe(0o555);
    expect(readdirSync(store).sort()).toEqual([hash, `${hash}.ready`]);
    rmSync(join(store, `${hash}.ready`));
    expect(await hasContent(store, hash)).toBe(false);
  });

  test('notices files that changed or went while it was taken, and leaves nothing', async () => {
    const folder = folderOf({ 'a.py': 'one', 'b.py': 'two', 'c.py': 'three' });
    const manifest = await manifestOf(folder);
    write(folder, 'a.py', 'ONE');
    rmSync(join(folder, 'b.py'));
    const store = folderOf();
    expect(await snapshot(folder, manifest, store)).toEqual({ kind: 'changed', paths: ['a.py', 'b.py'] });
    expect(readdirSync(store)).toEqual([]);
  });

  test('taken many times at once is one', async () => {
    const folder = oddFolder();
    const store = folderOf();
    const manifest = await manifestOf(folder);
    const taken = await Promise.all([1, 2, 3, 4, 5].map(() => snapshot(folder, manifest, store)));
    const hash = manifestHash(manifest);
    expect(new Set(taken.map(({ kind }) => kind))).toEqual(new Set(['stored']));
    expect(readdirSync(store).sort()).toEqual([hash, `${hash}.ready`]);
    expect(await verifyContent(store, hash)).toEqual([]);
  });

  test('completes what a crash left unready, and replaces it where it is not sound', async () => {
    for (const damage of [false, true]) {
      const folder = folderOf({ 'a.py': 'one', 'pkg/b.py': 'two' });
      const { store, hash, manifest } = await storeOf(folder);
      rmSync(join(store, `${hash}.ready`));
      if (damage) overwrite(join(contentPath(store, hash), 'a.py'), 'torn');
      expect(await snapshot(folder, manifest, store)).toMatchObject({ kind: 'stored' });
      expect(readFileSync(join(contentPath(store, hash), 'a.py'), 'utf8')).toBe('one');
      expect(readdirSync(store).sort()).toEqual([hash, `${hash}.ready`]);
    }
  });

  test('of a store that cannot be written says so', async () => {
    const folder = folderOf({ 'a.py': 'one' });
    const store = join(folderOf({ file: '' }), 'file', 'store');
    await expect(snapshot(folder, await manifestOf(folder), store)).rejects.toMatchObject({
      code: 'CONTENT_STORE',
    });
  });
});

describe('a stored folder that was changed', () => {
  test('is told by the files that differ, are missing or are new', async () => {
    const { store, hash } = await storeOf(folderOf({ 'a.py': 'one', 'b.py': 'two', 'c.py': 'three' }));
    const path = contentPath(store, hash);
    chmodSync(path, 0o700);
    overwrite(join(path, 'a.py'), 'ONE');
    renameSync(join(path, 'b.py'), join(path, 'd.py'));
    expect(await verifyContent(store, hash)).toEqual(['a.py', 'b.py', 'd.py']);
  });

  test('is told by its manifest', async () => {
    const { store, hash } = await storeOf(folderOf({ 'a.py': 'one' }));
    writeFileSync(join(store, `${hash}.ready`), '[]');
    await expect(storedManifest(store, hash)).rejects.toMatchObject({ code: 'CONTENT_STORE' });
    const other = folderOf();
    mkdirSync(join(other, hash));
    await expect(storedManifest(other, hash)).rejects.toThrow(/not the manifest of a stored folder/);
  });
});

function overwrite(path: string, text: string): void {
  chmodSync(path, 0o600);
  writeFileSync(path, text);
}

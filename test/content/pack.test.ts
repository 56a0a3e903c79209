import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack as tarPack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { manifestHash } from '../../src/content/manifest.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { pack, packFile } from '../../src/content/pack.ts';
import { contentPath, hasContent, verifyContent } from '../../src/content/store.ts';
import { type Unpacked, unpack, unpackFile } from '../../src/content/unpack.ts';
import { contentHash } from '../../src/model/ids.ts';
import { folderOf, manifestOf, oddFolder, storeOf } from './folders.ts';

/** A pack that says of itself what it likes. */
async function forged(entries: readonly (readonly [name: string, content: string])[]): Promise<Buffer> {
  const archive = tarPack();
  for (const [name, content] of entries) archive.entry({ name }, content);
  archive.finalize();
  return buffer(archive);
}

const fileOf = (path: string, content: string): Manifest[number] => ({
  path,
  executable: false,
  sha256: createHash('sha256').update(content).digest('hex'),
  size: content.length,
});

async function unpackForged(
  manifest: Manifest,
  entries: readonly (readonly [name: string, content: string])[],
): Promise<{ unpacked: Unpacked; left: string[] }> {
  const store = folderOf();
  const bytes = await forged([['manifest.json', JSON.stringify(manifest)], ...entries]);
  const unpacked = await unpack(store, manifestHash(manifest), Readable.from([bytes]));
  return { unpacked, left: readdirSync(store) };
}

describe('a pack', () => {
  test('brings a folder whole to another store: bits, empty files, odd and long names', async () => {
    const { store, hash, manifest } = await storeOf(oddFolder());
    const other = folderOf();
    const path = contentPath(other, hash);
    expect(await unpack(other, hash, pack(store, hash))).toEqual({ kind: 'stored', path });
    expect(await manifestOf(path)).toEqual(manifest);
    expect(await verifyContent(other, hash)).toEqual([]);
    // Again: it is there, and the pack is not read.
    expect(await unpack(other, hash, Readable.from(['no pack']))).toEqual({ kind: 'stored', path });
  });

  test('goes through a file, and is the same whoever makes it', async () => {
    const { store, hash } = await storeOf(oddFolder());
    const folder = folderOf();
    await packFile(store, hash, join(folder, 'one'));
    const other = folderOf();
    expect((await unpackFile(other, hash, join(folder, 'one'))).kind).toBe('stored');
    await packFile(other, hash, join(folder, 'two'));
    expect(readFileSync(join(folder, 'one')).equals(readFileSync(join(folder, 'two')))).toBe(true);
  });

  test('of a folder without files', async () => {
    const { store, hash } = await storeOf(folderOf());
    const other = folderOf();
    expect((await unpack(other, hash, pack(store, hash))).kind).toBe('stored');
    expect(await hasContent(other, hash)).toBe(true);
  });

  test('of what is not in the store fails', async () => {
    const store = folderOf();
    const hash = contentHash('ab'.repeat(32));
    await expect(packFile(store, hash, join(store, 'out'))).rejects.toMatchObject({ code: 'CONTENT_STORE' });
    expect(await unpackFile(store, hash, join(store, 'nowhere'))).toMatchObject({ kind: 'refused' });
  });
});

describe('P9 a pack is believed only as far as its hash vouches for it', () => {
  test('one byte that flipped on the way is found, and nothing is left behind', async () => {
    const { store, hash } = await storeOf(folderOf({ 'train.py': 'print("hello")' }));
    const bytes = await buffer(pack(store, hash));
    const at = bytes.indexOf('hello');
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const other = folderOf();
    expect(await unpack(other, hash, Readable.from([bytes]))).toEqual({
      kind: 'refused',
      problem: 'train.py came damaged',
    });
    expect(readdirSync(other)).toEqual([]);
  });

  test('a pack that was cut off anywhere is refused', async () => {
    const { store, hash } = await storeOf(folderOf({ a: 'x'.repeat(2_000), b: 'y'.repeat(2_000) }));
    const bytes = await buffer(pack(store, hash));
    const whole = bytes.length - 1024; // a tar ends in two empty blocks
    for (let length = 0; length < whole; length += 256) {
      const other = folderOf();
      const unpacked = await unpack(other, hash, Readable.from([bytes.subarray(0, length)]));
      expect(unpacked, `${length} bytes`).toMatchObject({ kind: 'refused' });
      expect(readdirSync(other)).toEqual([]);
    }
  });

  test('a pack of something else is refused', async () => {
    const { store, hash } = await storeOf(folderOf({ a: 'one' }));
    const other = contentHash('ab'.repeat(32));
    expect(await unpack(folderOf(), other, pack(store, hash))).toMatchObject({
      kind: 'refused',
      problem: expect.stringContaining('was asked for'),
    });
    expect(await unpack(folderOf(), other, Readable.from(['x'.repeat(4_096)]))).toMatchObject({
      kind: 'refused',
    });
  });

  test.each(['../up', '/etc/passwd', 'a/../../up', 'a//b', '.', '..', '', 'a\0b'])(
    'a path %j that leaves the folder is refused',
    async (path) => {
      const { unpacked, left } = await unpackForged([fileOf(path, 'x')], [[`files/${path}`, 'x']]);
      expect(unpacked).toMatchObject({ kind: 'refused' });
      expect(left).toEqual([]);
    },
  );

  test('entries that the manifest does not name, or in another order, are refused', async () => {
    const manifest = [fileOf('a', '1'), fileOf('b', '2')];
    for (const entries of [
      [['files/b', '2'] as const, ['files/a', '1'] as const],
      [['files/a', '1'] as const, ['files/b', '2'] as const, ['files/c', '3'] as const],
      [['files/a', '1'] as const, ['files/a', '1'] as const],
      [['files/a', '1'] as const, ['files/x', '2'] as const],
      [['a', '1'] as const, ['files/b', '2'] as const],
    ]) {
      const { unpacked, left } = await unpackForged(manifest, entries);
      expect(unpacked).toMatchObject({ kind: 'refused' });
      expect(left).toEqual([]);
    }
  });

  test('a link in the place of a file is refused', async () => {
    const manifest = [fileOf('a', '')];
    const archive = tarPack();
    archive.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
    archive.entry({ name: 'files/a', type: 'symlink', linkname: '/etc/passwd', size: 0 });
    archive.finalize();
    const store = folderOf();
    expect(await unpack(store, manifestHash(manifest), Readable.from([await buffer(archive)]))).toMatchObject(
      {
        kind: 'refused',
      },
    );
    expect(readdirSync(store)).toEqual([]);
  });
});

test('a file that was cut off while it was stored is found when it is packed', async () => {
  const { store, hash } = await storeOf(folderOf({ a: 'x'.repeat(5_000) }));
  const path = join(contentPath(store, hash), 'a');
  truncateSync(path, 10);
  await expect(packFile(store, hash, join(folderOf(), 'out'))).rejects.toThrow();
});

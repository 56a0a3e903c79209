import { chmodSync, existsSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packFile } from '../../../src/content/pack.ts';
import { contentPath } from '../../../src/content/store.ts';
import type { ContentHash } from '../../../src/model/ids.ts';
import { ContentKeeper } from '../../../src/worker/spool/content-keeper.ts';
import { folderOf, oddFolder, storeOf } from '../../content/folders.ts';

const first = { machine: 'cedar', bootId: 'boot-1' };
const second = { machine: 'cedar', bootId: 'boot-2' };

/** A program that was unpacked on cedar in its first boot. */
async function unpacked() {
  const origin = await storeOf(oddFolder());
  const { hash } = origin;
  const store = folderOf();
  const pack = async (): Promise<string> => {
    const path = join(folderOf(), 'pack');
    await packFile(origin.store, hash, path);
    return path;
  };
  const keeper = new ContentKeeper(store, first);
  expect(await keeper.unpack(hash, await pack())).toMatchObject({ kind: 'stored' });
  return { store, hash, pack, keeper, file: join(contentPath(store, hash), 'train.py') };
}

const has = (store: string, hash: ContentHash, boot = second): Promise<boolean> =>
  new ContentKeeper(store, boot).has(hash);

function tear(file: string): void {
  chmodSync(file, 0o644);
  truncateSync(file, 3);
}

describe('content after a power loss', () => {
  it('counts where all of it verifies', async () => {
    const { store, hash } = await unpacked();
    expect(await has(store, hash)).toBe(true);
  });

  it.each([
    ['a file of it is torn', ({ file }: { file: string }) => tear(file)],
    ['a file of it is gone', ({ file }: { file: string }) => rmSync(file, { force: true })],
  ])('is sent anew where %s', async (_, damage) => {
    const content = await unpacked();
    const { store, hash, pack } = content;
    chmodSync(contentPath(store, hash), 0o755);
    damage(content);
    const keeper = new ContentKeeper(store, second);
    expect(await keeper.has(hash)).toBe(false);
    expect(existsSync(contentPath(store, hash))).toBe(false);
    expect(await keeper.unpack(hash, await pack())).toMatchObject({ kind: 'stored' });
    expect(await keeper.has(hash)).toBe(true);
  });

  it.each(['.ready', '.written'])('does not count by a %s that is empty', async (ending) => {
    const { store, hash, file } = await unpacked();
    writeFileSync(`${contentPath(store, hash)}${ending}`, '');
    tear(file);
    expect(await has(store, hash)).toBe(false);
  });

  it('is looked through once: what was sound after a boot had reached the disk', async () => {
    const { store, hash, file } = await unpacked();
    expect(await has(store, hash)).toBe(true);
    tear(file);
    expect(await has(store, hash, { machine: 'cedar', bootId: 'boot-3' })).toBe(true);
  });

  it('is not looked through in the boot in which it came, nor where another machine wrote it', async () => {
    const { store, hash, keeper, file } = await unpacked();
    tear(file);
    utimesSync(file, 1, 1);
    expect(await keeper.has(hash)).toBe(true);
    expect(await has(store, hash, first)).toBe(true);
    expect(await has(store, hash, { machine: 'maple', bootId: 'boot-9' })).toBe(true);
  });
});

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packFile } from '../../../src/content/pack.ts';
import { contentPath, verifyContent } from '../../../src/content/store.ts';
import type { ContentHash } from '../../../src/model/ids.ts';
import { ContentKeeper } from '../../../src/worker/spool/content-keeper.ts';
import { copies } from '../../../src/worker/supervisor/copies-here.ts';
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

  it('is held against its hashes once a boot: what a disk returns may differ though size and times do not', async () => {
    const { store, hash, keeper, file } = await unpacked();
    // As if the print were that of the damaged file: nothing but its hash tells.
    const decay = (): void => {
      tear(file);
      const path = `${contentPath(store, hash)}.written`;
      const written: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'));
      writeFileSync(path, JSON.stringify({ ...written, print: printOf(contentPath(store, hash)) }));
    };
    expect(await keeper.has(hash)).toBe(true);
    decay();
    expect(await has(store, hash, first)).toBe(true);
    expect(await has(store, hash, { machine: 'maple', bootId: 'boot-9' })).toBe(true);
    expect(await has(store, hash, second)).toBe(false);
  });

  it('that is larger than any program is held against its hashes once, after the boot in which it came', async () => {
    const { store, hash, file } = await unpacked();
    const path = `${contentPath(store, hash)}.written`;
    const ofLarge = (bootId: string | null): void =>
      writeFileSync(path, JSON.stringify({ machine: 'cedar', bootId, print: null }));
    ofLarge('boot-1');
    expect(await has(store, hash, second)).toBe(true);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ bootId: null, print: null });
    tear(file);
    expect(await has(store, hash, { machine: 'cedar', bootId: 'boot-3' })).toBe(true);
    ofLarge('boot-1');
    expect(await has(store, hash, { machine: 'cedar', bootId: 'boot-3' })).toBe(false);
  });
});

describe('content that was written to, as root does', () => {
  const openUp = ({ store, hash, file }: { store: string; hash: ContentHash; file: string }): void => {
    chmodSync(contentPath(store, hash), 0o755);
    chmodSync(file, 0o644);
  };

  it.each([
    [
      'with a file changed in place, of the same size and with its old time',
      (file: string) => {
        const { size, atime, mtime } = statSync(file);
        writeFileSync(file, 'x'.repeat(size));
        utimesSync(file, atime, mtime);
      },
    ],
    [
      'with a file in the place of another',
      (file: string) => {
        const { atime, mtime } = statSync(file);
        renameSync(file, `${file}.old`);
        writeFileSync(file, readFileSync(`${file}.old`, 'utf8').replace('t', 'T'));
        rmSync(`${file}.old`);
        utimesSync(file, atime, mtime);
      },
    ],
    ['with a file less', (file: string) => rmSync(file)],
  ])('%s does not serve again, in the same agent or the next', async (_, write) => {
    for (const isNext of [false, true]) {
      const content = await unpacked();
      const { store, hash, keeper, file } = content;
      openUp(content);
      write(file);
      expect(await (isNext ? new ContentKeeper(store, first) : keeper).has(hash)).toBe(false);
      expect(existsSync(contentPath(store, hash))).toBe(false);
    }
  });

  it('with files more loses these, and serves on', async () => {
    const content = await unpacked();
    const { store, hash, keeper, file } = content;
    openUp(content);
    mkdirSync(join(dirname(file), '__pycache__'));
    writeFileSync(join(dirname(file), '__pycache__/train.pyc'), 'compiled');
    expect(await keeper.has(hash)).toBe(true);
    expect(await verifyContent(store, hash)).toEqual([]);
    expect(keeper.foundSound(hash)?.print).toBe(printOf(contentPath(store, hash)));
  });

  it('whose times alone have changed serves on', async () => {
    const content = await unpacked();
    const before = content.keeper.foundSound(content.hash)?.print;
    openUp(content);
    chmodSync(content.file, 0o444);
    utimesSync(content.file, 1, 1);
    expect(await content.keeper.has(content.hash)).toBe(true);
    expect(content.keeper.foundSound(content.hash)?.print).not.toBe(before);
  });
});

describe('content of which an older agent has said that it is sound', () => {
  it('is held against its hashes before it serves', async () => {
    const { store, hash, file } = await unpacked();
    const written = { machine: 'cedar', bootId: 'boot-1' };
    writeFileSync(`${contentPath(store, hash)}.written`, JSON.stringify(written));
    tear(file);
    expect(await has(store, hash, first)).toBe(false);
  });
});

function printOf(folder: string): string {
  const steps = copies.print(folder);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endAgent, heldThere, type Removed, removeFolder } from '../../../src/coordinator/fleet/clean.ts';
import { by, files, isRoot, shells, top, write } from './one-home.ts';

const read = (path: string): string => readFileSync(join(top, path), 'utf8');
const run = (folder: string): string =>
  `${folder}/host/0123456789abcdef0123456789abcdef/runs/0123456789abcdef-1`;

/** What a sweep leaves on a host; as an earlier labsweep had it where there is no marker. */
function used(folder: string, marker = true): void {
  if (marker) write(`${folder}/.labsweep-folder`);
  write(`${folder}/content/id`, '0123456789ab\n');
  write(`${folder}/content/${'a'.repeat(64)}/sub/train.py`);
  chmodSync(join(top, folder, `content/${'a'.repeat(64)}/sub`), 0o555);
  chmodSync(join(top, folder, `content/${'a'.repeat(64)}`), 0o555);
  write(`${folder}/agent/0123456789abcdef.mjs`);
  write(`${folder}/incoming/${'b'.repeat(64)}-ledger`);
  write(`${folder}/node/v24.21.0-x86_64/node`);
  write(`${folder}/.try-0123456789ab`);
  write(`${run(folder)}/work/weights.h5`);
}

/** @returns what became of it, by a person whose home is `home` */
async function clean(folder: string, shell: readonly string[]): Promise<Removed> {
  const transport = by(shell);
  expect(await heldThere(transport, folder)).toMatchObject({ kind: 'held', holdings: [] });
  await endAgent(transport, folder, false);
  return removeFolder(transport, folder);
}

describe.each(shells)('labsweep taken off a host, by %s', (...shell) => {
  it.each(['lab', `it's a "lab" [1] $(x) \\ü*`, 'old', 'home/.labsweep'])(
    'leaves nothing of its folder %s',
    async (name) => {
      const before = files();
      used(name, name !== 'old');
      const folder = name.startsWith('home') ? '~/.labsweep' : `${top}/${name}/`;
      expect(await clean(folder, shell)).toMatchObject({ kind: 'removed', folder: join(top, name) });
      expect(files()).toEqual(before);
      expect(await clean(folder, shell)).toMatchObject({ kind: 'nothing' });
    },
  );

  it('leaves a person’s files, beside its own and behind links, and names them', async () => {
    write('data/words/0.wav', 'a word');
    used('lab');
    write('lab/notes for mina.txt', 'thesis');
    write('lab/words/0.wav', 'a word');
    rmSync(join(top, 'lab/incoming'), { recursive: true });
    for (const link of ['lab/incoming', `${run('lab')}/work/data`, `${run('lab')}/artifacts`])
      symlinkSync(join(top, 'data/words'), join(top, link));
    chmodSync(join(top, 'data/words'), 0o500);
    expect(await clean(join(top, 'lab'), shell)).toMatchObject({
      kind: 'emptied',
      left: 'notes for mina.txt, words',
    });
    expect(readdirSync(join(top, 'lab'))).toEqual(['notes for mina.txt', 'words']);
    expect(read('data/words/0.wav')).toBe('a word');
    expect(await clean(join(top, 'lab'), shell)).toMatchObject({ kind: 'nothing' });
  });

  it('goes to a folder that is reached by a link, and no further', async () => {
    used('there');
    symlinkSync(join(top, 'there'), join(top, 'lab'));
    expect(await clean(join(top, 'lab'), shell)).toMatchObject({
      kind: 'removed',
      folder: join(top, 'there'),
    });
    write('thesis/thesis.tex');
    rmSync(join(top, 'lab'));
    symlinkSync(join(top, 'thesis'), join(top, 'lab'));
    expect(await clean(join(top, 'lab'), shell)).toMatchObject({ kind: 'nothing' });
    expect(existsSync(join(top, 'thesis/thesis.tex'))).toBe(true);
  });

  it.each([
    ['a home', '~', 'home', 'mixed'],
    ['a home, by another path', '~/../home/', 'home', 'mixed'],
    ['a data set', '~/lab', 'home/lab', 'mixed'],
    ['keys', '~/.ssh', '', 'nothing'],
    ['what homes lie in', '~/..', '', 'nothing'],
    ['all there is', '/', '', 'nothing'],
    ['a file', '~/thesis.tex', '', 'nothing'],
    ['nothing', '~/nowhere/../..', '', 'nothing'],
  ] as const)('does nothing to %s, though an earlier labsweep used it', async (_, folder, dir, kind) => {
    write('home/thesis.tex', 'thesis');
    write('home/.ssh/id_ed25519', 'key');
    write('home/lab/words/0.wav', 'a word');
    if (dir !== '') used(dir, false);
    const before = files();
    expect(await clean(folder, shell)).toMatchObject({ kind });
    expect(files()).toEqual(before);
  });

  it('leaves a ledger that lies in its folder, with its programs', async () => {
    used('home/.labsweep', false);
    for (const name of ['ledger.db', 'ledger.db-wal', 'artifacts/1/model.h5'])
      write(`home/.labsweep/${name}`);
    expect(await clean('~/.labsweep', shell)).toMatchObject({
      kind: 'emptied',
      left: 'artifacts, ledger.db, ledger.db-wal',
    });
    expect(readdirSync(join(top, 'home/.labsweep'))).toEqual([
      '.labsweep-folder',
      'artifacts',
      'content',
      'ledger.db',
      'ledger.db-wal',
    ]);
  });

  it('removes folders that a program has closed', async () => {
    used('lab');
    write(`${run('lab')}/work/closed/deep/file`);
    for (const path of ['work/closed/deep', 'work/closed', 'work', '.'])
      chmodSync(join(top, run('lab'), path), 0);
    expect(await clean(join(top, 'lab'), shell)).toMatchObject({ kind: 'removed' });
  });

  it.runIf(isRoot)('enters nothing that is mounted in it, and goes on when that is gone', async () => {
    write('data/0.wav', 'a word');
    used('lab');
    const mounts = [`${run('lab')}/work/of others [1]`, 'lab/content/of another disk'];
    for (const path of mounts) mkdirSync(join(top, path));
    execFileSync('/bin/mount', ['--bind', join(top, 'data'), join(top, mounts[0] ?? '')]);
    execFileSync('/bin/mount', ['-t', 'tmpfs', 'labsweep-test', join(top, mounts[1] ?? '')]);
    write(`${mounts[1]}/1.wav`, 'a word');
    try {
      await expect(clean(join(top, 'lab'), shell)).rejects.toThrow(
        /lab cannot be removed: .*(of|not empty)/s,
      );
      expect(read('data/0.wav')).toBe('a word');
      expect(read(`${mounts[1]}/1.wav`)).toBe('a word');
    } finally {
      for (const path of mounts) execFileSync('/bin/umount', ['-l', join(top, path)]);
    }
    expect(await clean(join(top, 'lab'), shell)).toMatchObject({ kind: 'removed' });
    expect(read('data/0.wav')).toBe('a word');
  });
});

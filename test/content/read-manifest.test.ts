import { once } from 'node:events';
import { chmodSync, mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ContentProblem, problemText } from '../../src/content/problem.ts';
import { readManifest } from '../../src/content/read-manifest.ts';
import { folderOf, manifestOf, oddFolder, pathsOf, write } from './folders.ts';

async function problemsOf(folder: string): Promise<readonly ContentProblem[]> {
  const read = await readManifest(folder, { ignore: 'usual' });
  return read.kind === 'refused' ? read.problems : [];
}

async function hashOf(change: (folder: string) => void): Promise<string> {
  const folder = folderOf({ 'train.py': 'x', 'pkg/a.py': 'y' });
  change(folder);
  const read = await readManifest(folder, { ignore: 'usual' });
  return read.kind === 'manifest' ? read.hash : 'refused';
}

describe('P3 a folder is known by its content', () => {
  test('the hash is that of the canonical JSON of path, executable bit, sha256 and size', async () => {
    const folder = folderOf({ 'b.txt': 'b', a: '' });
    expect(await readManifest(folder, { ignore: 'usual' })).toMatchObject({
      kind: 'manifest',
      hash: '07ba5ad0fef8e4aa1b3fd6ef7bd3b3b8f62bcb219e21dc4bf97ea4928696f5bb',
      manifest: [
        {
          path: 'a',
          executable: false,
          sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
          size: 0,
        },
        {
          path: 'b.txt',
          executable: false,
          sha256: '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',
          size: 1,
        },
      ],
    });
  });

  test('two folders with the same files are the same; a bit, a byte or a name makes another', async () => {
    const hashes = await Promise.all([
      hashOf(() => {}),
      hashOf(() => {}),
      hashOf((folder) => mkdirSync(join(folder, 'empty'))),
      hashOf((folder) => chmodSync(join(folder, 'train.py'), 0o755)),
      hashOf((folder) => writeFileSync(join(folder, 'train.py'), 'z')),
      hashOf((folder) => renameSync(join(folder, 'train.py'), join(folder, 'train2.py'))),
    ]);
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).toBe(hashes[0]);
    expect(new Set(hashes).size).toBe(4);
  });

  test('files are sorted by the bytes of their paths', async () => {
    const folder = folderOf({ 'a/b': '', 'a.b': '', é: '', '\u{ffee}': '', '😀': '', Z: '' });
    expect(pathsOf(await manifestOf(folder))).toEqual(['Z', 'a.b', 'a/b', 'é', '\u{ffee}', '😀']);
  });

  test('odd names are taken as they are', async () => {
    const paths = pathsOf(await manifestOf(oddFolder()));
    expect(paths).toHaveLength(7);
    expect(paths).toContain('a b/"quotes" & $HOME/über\n😀.txt');
  });
});

describe('what is left out', () => {
  test('the usual list, virtual environments and what .labsweepignore names', async () => {
    const folder = folderOf({
      'train.py': '',
      '.hidden/config': '',
      '.git/HEAD': '',
      '.labsweep/ledger.db': '',
      'pkg/__pycache__/a.pyc': '',
      'old.pyc': '',
      'node_modules/x/index.js': '',
      'models/best.pt': '',
      'env/pyvenv.cfg': '',
      'env/lib/site.py': '',
      'venv/not-one.py': '',
      'data/clip.wav': '',
      'data/words.txt': '',
      '.labsweepignore': 'data/*\n!words.txt\n',
    });
    expect(pathsOf(await manifestOf(folder))).toEqual([
      '.hidden/config',
      '.labsweepignore',
      'data/words.txt',
      'train.py',
      'venv/not-one.py',
    ]);
    const everything = await readManifest(folder, { ignore: 'nothing' });
    expect(everything.kind === 'manifest' && everything.manifest).toHaveLength(14);
  });

  test('the .git file of a worktree, and sockets', async () => {
    const folder = folderOf({ '.git': 'gitdir: elsewhere', 'a.py': '' });
    const server = createServer().listen(join(folder, 'socket'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    expect(pathsOf(await manifestOf(folder))).toEqual(['a.py']);
  });
});

describe('links', () => {
  test('inside the folder are followed as the files that they lead to', async () => {
    const folder = folderOf({ 'real/a.py': 'x' });
    symlinkSync('real', join(folder, 'link'));
    symlinkSync('real/a.py', join(folder, 'b.py'));
    const manifest = await manifestOf(folder);
    expect(pathsOf(manifest)).toEqual(['b.py', 'link/a.py', 'real/a.py']);
    expect(new Set(manifest.map(({ sha256 }) => sha256)).size).toBe(1);
  });

  test('that leave it, lead nowhere or never end are refused, each with its path', async () => {
    const outside = folderOf({ 'secret.txt': '' });
    const folder = folderOf({ 'sub/a.py': '' });
    symlinkSync(join(outside, 'secret.txt'), join(folder, 'out.txt'));
    symlinkSync('nowhere', join(folder, 'sub', 'broken'));
    symlinkSync('..', join(folder, 'sub', 'up'));
    const problems = await problemsOf(folder);
    expect(problems).toHaveLength(3);
    expect(problems).toEqual(
      expect.arrayContaining([
        { kind: 'link-leaves', path: 'out.txt', target: expect.stringContaining('secret.txt') },
        { kind: 'link-broken', path: 'sub/broken' },
        { kind: 'link-loop', path: 'sub/up' },
      ]),
    );
    expect(problems.map(problemText).join('\n')).toMatch(
      /out\.txt is a link out of the folder.*\.labsweepignore/,
    );
    write(folder, '.labsweepignore', 'out.txt\nbroken\nup\n');
    expect(pathsOf(await manifestOf(folder))).toEqual(['.labsweepignore', 'sub/a.py']);
  });
});

describe('P8 what cannot be sent is refused before anything starts', () => {
  test('over 100 MB the five largest files are named', async () => {
    const folder = folderOf({ small: 'x' });
    for (const [index, megabytes] of [10, 60, 20, 5, 30, 1].entries()) {
      write(folder, `data/${index}.bin`, '');
      truncateSync(join(folder, `data/${index}.bin`), megabytes * 1e6); // sparse
    }
    const problems = await problemsOf(folder);
    expect(problems).toMatchObject([{ kind: 'too-large', totalBytes: 126_000_001, limitBytes: 100_000_000 }]);
    const [first] = problems;
    expect(first?.kind === 'too-large' && first.largest.map(({ path }) => path)).toEqual(
      [1, 4, 2, 0, 3].map((index) => `data/${index}.bin`),
    );
    expect(first === undefined ? '' : problemText(first)).toMatch(
      /^the files are 126 MB, and 100 MB is .*data\/1\.bin \(60 MB\)/,
    );
  });

  test('a folder that is not there', async () => {
    const path = join(folderOf({ file: '' }), 'nowhere');
    expect(await problemsOf(path)).toEqual([{ kind: 'no-folder', path }]);
    expect(await problemsOf(join(folderOf({ file: '' }), 'file'))).toMatchObject([{ kind: 'no-folder' }]);
  });

  test('a name that is not UTF-8', async () => {
    const folder = folderOf({ 'a.py': '' });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff])]), '');
    expect(await problemsOf(folder)).toMatchObject([{ kind: expect.stringMatching(/odd-name|unreadable/) }]);
  });
});

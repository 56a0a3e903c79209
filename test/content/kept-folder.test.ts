/** A folder that goes to another host is there what it was: by `find`, which a program's own look could not tell from it. */
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptHash, type KeptRead, readKept } from '../../src/content/kept-folder.ts';
import { packKept } from '../../src/content/pack.ts';
import { unpackKept } from '../../src/content/unpack.ts';
import { isInnerLink, type KeptFolder } from '../../src/model/kept-folder.ts';

let root: string;
let from: string;
let to: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labsweep-kept-'));
  from = join(root, 'one', 'checkpoint');
  to = join(root, 'another', 'place', 'checkpoint');
  for (const folder of [from, dirname(to)]) mkdirSync(folder, { recursive: true });
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwx', root]);
  rmSync(root, { recursive: true });
});

const sh = (folder: string, script: string): string =>
  execFileSync('sh', ['-euc', script], { cwd: folder, encoding: 'utf8' });
/** Kind, mode, size, count of names, target of a link; and the order of times, of folders and links as well. */
const look = (folder: string): readonly string[] => [
  sh(folder, "find . ! -type d -printf '%P %y %m %s %n %l\\n' -o -printf '%P %y %m\\n' | LC_ALL=C sort"),
  sh(folder, "find . -printf '%T@ %P\\n' | LC_ALL=C sort -n -k1,1 -s | cut -d' ' -f2-"),
];
const read = (): Promise<KeptRead> => readKept(from, { most: 200, bytes: 1e6 });

async function carry(kept: KeptFolder): Promise<string | null> {
  const pack = join(root, 'pack');
  await packKept(kept, (path) => createReadStream(join(from, path)), pack);
  return (await unpackKept(to, keptHash(kept), pack))?.problem ?? null;
}

async function carried(): Promise<void> {
  const found = await read();
  if (found.kind !== 'kept') return expect.unreachable(JSON.stringify(found));
  expect(await carry(found.kept)).toBeNull();
}

describe('P1 a checkpoint that is carried', () => {
  it('keeps times, modes, links, second names and empty folders', async () => {
    sh(
      from,
      `mkdir -p step-900 step-1000/optimiser empty/below closed
       echo 900 >step-900/weights; echo 1000 >step-1000/weights; echo r >step-1000/optimiser/rates
       echo run >tool; chmod 751 tool; chmod 440 step-900/weights; chmod 604 step-1000/weights; touch mark
       ln step-1000/weights best.pt; ln -s step-1000 latest; ln -s ../step-900/weights step-1000/before
       ln -s "$PWD/step-1000/weights" absolute; ln -s rotated-away gone; ln -s . itself; ln -s ../one/nothing outside
       ln -s "$PWD" whole; ln -s ../checkpoint/tool around; mkfifo pipe
       touch -h -d @1600000000.5 latest; touch -d @1700000000.100 step-900/weights
       touch -d @1700000000.200 step-1000/weights; touch -d @1700000000.2000004 tool
       touch -d @1700000000.2000006 mark; touch -d @1700000000.2000011 step-1000/optimiser/rates
       touch -d @1500000000 step-1000; touch -d @1600000000 step-900; touch -d @1 empty/below empty; touch -d @0 .
       chmod 500 closed; chmod 711 empty; chmod 750 .`,
    );
    await carried();
    // Links that are no use on another host lead to the same place by another path; one to nothing outside is not missed.
    sh(
      from,
      `rm outside pipe; for each in absolute:step-1000/weights whole:. around:tool; do
         name=\${each%%:*}; at=$(stat -c %.Y "$name"); ln -sfn "\${each#*:}" "$name"; touch -h -d "@$at" "$name"; done
       touch -d @0 .`,
    );
    expect(look(to)).toEqual(look(from));
    expect(sh(to, 'cat absolute whole/best.pt; ls -t step-*/weights | head -n 1; stat -c %h best.pt')).toBe(
      '1000\n1000\nstep-1000/weights\n2\n',
    );
    expect(sh(to, 'stat -c %Y step-1000/weights step-1000 .').split('\n')).toEqual([
      '1700000000',
      '1500000000',
      '0',
      '',
    ]);
  });

  it('has the newest file that it had, of a hundred that were written one after the other', async () => {
    sh(from, 'for i in $(seq 100); do echo $i >step-$((i * 7919 % 101)); done');
    await carried();
    expect(sh(to, 'ls -t')).toBe(sh(from, 'ls -t'));
  });

  it.each([
    ['a link out of it', `ln -s /etc/passwd out`, { kind: 'link-leaves', path: 'out' }],
    ['a link out of it, by another', `mkdir a; ln -s /etc a/b; ln -s a/b c`, { kind: 'link-leaves' }],
    ['too many files', `for i in $(seq 300); do : >$i; done`, { kind: 'too-many' }],
    ['too many bytes', `head -c 2000000 /dev/zero >zeros`, { kind: 'too-large', bytes: 2_000_000 }],
    ['an odd name', `touch "$(printf 'a\\377')"`, { kind: 'odd-name' }],
  ])('is not carried with %s', async (_, script, refusal) => {
    sh(from, script);
    expect(await read()).toMatchObject(refusal);
  });
});

describe('P9 of what a host says of a checkpoint', () => {
  it.each([
    ['a', 'b', true],
    ['a', '.', true],
    ['a/b', '..', true],
    ['a/b/c', '../../d', true],
    ['a', '..', false],
    ['a/b', '../..', false],
    ['a/b', '../../a', false],
    ['a/b', 'c/../../..', false],
    ['a/b', 'c/..', false],
    ['a', '/etc', false],
    ['a', '', false],
    ['a', 'b/', false],
  ])('a link %s to %s is inside: %s', (path, target, inside) =>
    expect(isInnerLink(path, target)).toBe(inside),
  );

  const link = (path: string, target: string) => ({ kind: 'link', path, target, mtime: '1' }) as const;
  const folder = (path: string) => ({ kind: 'folder', path, mode: 0o700, mtime: '1' }) as const;
  it.each<[string, KeptFolder['others']]>([
    ['a link out of its folder', [link('a', '../x')]],
    ['a folder below a link', [link('a', '.'), folder('a/b')]],
    ['a link where a folder is', [folder('a'), link('a', '.')]],
    ['a second name of nothing', [{ kind: 'same', path: 'a', as: 'b' }]],
    ['a folder outside', [folder('../a')]],
  ])('%s is not unpacked', async (_, others) => {
    writeFileSync(join(from, 'file'), '');
    expect(await carry({ files: [], others })).toMatch(/^the manifest of the pack is none/);
  });
});

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { heldThere, type Removed, removeFolder } from '../../../src/coordinator/fleet/clean.ts';
import { by, shells, top, write } from './one-home.ts';

const clean = (folder: string, shell: readonly string[]): Promise<Removed> =>
  removeFolder(by(shell), join(top, folder));

const filesIn = (folder: string): string[] =>
  readdirSync(join(top, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(join(top, folder).length + 1))
    .toSorted();

const hash = 'a'.repeat(64);
const machine = 'host/0123456789abcdef0123456789abcdef';

function agents(folder: string): void {
  for (const file of [
    '.labsweep-folder',
    '.run-0123456789ab',
    'content/id',
    `content/${hash}/train.py`,
    `content/${hash}.ready`,
    'content/tmp.cedar.0123456789ab/half',
    'agent/0123456789abcdef.mjs',
    'agent/0123456789abcdef.mjs.0123456789abcdef.part',
    `incoming/${hash}-cb7b8ea3b328.part`,
    'node/v24.1.0-x86_64/node',
    'node/v24.1.0-x86_64/node.sum',
    `${machine}/machine.json`,
    `${machine}/journal.ndjson`,
    `${machine}/journal.ndjson.next`,
    `${machine}/agent.log.1`,
    `${machine}/runs/cb7b8ea3b328-1/work/what a program [made]`,
    `${machine}/checkpoints/33e82ac29d143acd28106736409a9bec/model`,
    `${machine}/python/key/bin/python`,
  ])
    write(`${folder}/${file}`);
  symlinkSync('1 2 3', join(top, folder, machine, 'serving.1'));
  chmodSync(join(top, folder, `content/${hash}`), 0o555);
}

const ofPeople = [
  'content/posts/thesis.md',
  'content/thesis.tex',
  'agent/paper.tex',
  'incoming/mail/1',
  'node/v24.1.0/bin/node',
  'host/notes.txt',
  'host/pi/runs/1',
  'notes.txt',
];

describe.each(shells)('what labsweep made is removed, by %s', (...shell) => {
  it('with the folder', async () => {
    agents('lab');
    expect(await clean('lab', shell)).toMatchObject({ kind: 'removed', folder: join(top, 'lab') });
    expect(existsSync(join(top, 'lab'))).toBe(false);
    expect(await clean('lab', shell)).toMatchObject({ kind: 'nothing' });
  });

  it('and nothing that a person has put between', async () => {
    agents('lab');
    for (const file of ofPeople) write(`lab/${file}`);
    expect(await clean('lab', shell)).toMatchObject({
      kind: 'emptied',
      left: expect.stringMatching(/^notes\.txt, agent\/paper\.tex, content\/\S+/),
    });
    expect(filesIn('lab')).toEqual(ofPeople.toSorted());
    expect(await clean('lab', shell)).toMatchObject({ kind: 'mixed' });
    expect(filesIn('lab')).toEqual(ofPeople.toSorted());
  });

  it('and nothing in a home, where somebody has copied the marker to', async () => {
    agents('home');
    for (const file of ofPeople) write(`home/${file}`);
    const before = filesIn('home');
    expect(await clean('home', shell)).toMatchObject({ kind: 'mixed' });
    expect(filesIn('home')).toEqual(before);
  });

  it('and nothing through a link', async () => {
    agents('lab');
    agents('other');
    rmSync(join(top, 'lab/content'), { recursive: true });
    symlinkSync(join(top, 'other/content'), join(top, 'lab/content'));
    symlinkSync(join(top, 'other', machine), join(top, 'lab/host/cedar'));
    const before = filesIn('other');
    expect(await clean('lab', shell)).toMatchObject({ kind: 'emptied', left: 'host/cedar' });
    expect(filesIn('other')).toEqual(before);
    expect(readFileSync(join(top, 'other/content/id'), 'utf8')).toBe('');
  });

  it.runIf(process.getuid?.() === 0)('though a trial has closed the folders that it lies in', async () => {
    agents('lab');
    writeFileSync(join(top, 'lab', machine, 'journal.ndjson'), 'leases');
    spawnSync('chown', ['-R', '2001:2001', top]);
    spawnSync('chmod', ['000', `${machine}/runs`, machine, 'host', 'agent', '.'], { cwd: join(top, 'lab') });
    const shellOfHer = ['setpriv', '--reuid', '2001', '--regid', '2001', '--clear-groups', ...shell];
    // Root could read all of it.
    expect(await heldThere(by(shellOfHer), join(top, 'lab'))).toMatchObject({ kind: 'unread' });
    expect(await clean('lab', shellOfHer)).toMatchObject({ kind: 'removed' });

    write('mail/thesis');
    spawnSync('chown', ['-R', '2001:2001', top]);
    chmodSync(join(top, 'mail'), 0o100);
    expect(await clean('mail', shellOfHer)).toMatchObject({ kind: 'nothing' });
    expect(statSync(join(top, 'mail')).mode & 0o777).toBe(0o100);
  });

  it.runIf(process.getuid?.() === 0)('and nothing by a marker of another account', async () => {
    agents('lab');
    write('lab/notes.txt');
    chownSync(join(top, 'lab/.labsweep-folder'), 2_001, 2_001);
    const before = filesIn('lab');
    expect(await clean('lab', shell)).toMatchObject({ kind: 'mixed' });
    expect(filesIn('lab')).toEqual(before);
  });
});

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { notOursText } from '../../../src/coordinator/fleet/own-folder.ts';
import { type Probe, probe } from '../../../src/coordinator/fleet/probe.ts';
import { by, files, isRoot, shells, top, write } from './one-home.ts';

const token = '0123456789ab';
const hash = 'a'.repeat(64);

/** A look by a person whose home is `home`. */
const look = (folder: string, shell: readonly string[] = ['sh']): Promise<Probe> =>
  probe(by(shell), { folder, own: null, build: '0123456789abcdef' }, token);

/** As a labsweep left it that made no marker. */
function earlier(folder: string): void {
  write(`${folder}/content/id`, `${token}\n`);
  write(`${folder}/content/${hash}.ready`, '[]');
  write(`${folder}/content/${hash}/train.py`);
  write(`${folder}/agent/0123456789abcdef.mjs`);
  write(`${folder}/host/0123456789abcdef0123456789abcdef/journal.ndjson`);
  mkdirSync(join(top, folder, 'host/0123456789abcdef0123456789abcdef/runs'));
  mkdirSync(join(top, folder, 'incoming'));
}

describe.each(shells)('a folder on a host, by %s', (...shell) => {
  it.each([
    ['is absent', 'scratch/new/lab', () => {}],
    ['is empty', 'scratch', () => mkdirSync(join(top, 'scratch'))],
    ['has odd characters in its name', `it's a "lab" [1] $(x) \\ü*`, () => {}],
    ['is below the home', '~/.labsweep', () => {}],
    ['was of an earlier labsweep', 'old', () => earlier('old')],
    [
      'was of an earlier labsweep, and a power loss took files of it',
      'old',
      () => {
        earlier('old');
        rmSync(join(top, 'old/content/id'));
        rmSync(join(top, 'old/agent/0123456789abcdef.mjs'));
      },
    ],
    [
      'was of an earlier labsweep whose disk was full',
      'old',
      () =>
        ['content', 'agent', 'incoming'].map((name) =>
          mkdirSync(join(top, 'old', name), { recursive: true }),
        ),
    ],
    [
      'was of an earlier labsweep, with the ledger of sweeps in the home',
      'home/.labsweep',
      () => {
        earlier('home/.labsweep');
        for (const name of ['ledger.db', 'ledger.db-wal', 'live.json', 'content/speech.data.json'])
          write(`home/.labsweep/${name}`);
      },
    ],
    ['is reached by a link', 'link', () => symlinkSync(join(top, 'there'), join(top, 'link'))],
  ])('that %s is labsweep’s, and stays so with a file of a person in it', async (_, folder, make) => {
    make();
    const path = folder.startsWith('~') ? folder : join(top, folder);
    const found = await look(path, shell);
    expect(found).toMatchObject({ ownership: 'ours', folderProblem: '' });
    expect(existsSync(join(found.folder, '.labsweep-folder'))).toBe(true);
    writeFileSync(join(found.folder, 'notes.txt'), '');
    expect(await look(path, shell)).toMatchObject({ ownership: 'ours', folderId: found.folderId });
  });

  it.each([
    ['a data set', 'scratch/lab', 'others', () => write('scratch/lab/words/0.wav')],
    ['one hidden file', 'scratch/lab', 'others', () => write('scratch/lab/.bashrc')],
    ['the home', '~', 'home', () => {}],
    ['the home with a thesis', '~', 'others', () => write('home/thesis.tex')],
    ['what the home lies in', '.', 'others', () => {}],
    ['keys', '~/.ssh', 'others', () => write('home/.ssh/id_ed25519')],
    ['a ledger', 'project/.labsweep', 'others', () => write('project/.labsweep/ledger.db')],
    [
      'what every user may write to',
      'tmp',
      'open',
      () => {
        mkdirSync(join(top, 'tmp'));
        chmodSync(join(top, 'tmp'), 0o1777);
      },
    ],
    [
      'an earlier labsweep among files of a person',
      'home',
      'others',
      () => {
        earlier('home');
        write('home/thesis.tex');
      },
    ],
    ['folders whose names labsweep has as well', 'lab', 'others', () => write('lab/content/thesis.tex')],
    ['a file named as an agent’s folder', 'lab', 'others', () => write('lab/host', 'thesis')],
    [
      'a data set behind a link',
      'lab',
      'others',
      () => {
        write('data/0.wav');
        mkdirSync(join(top, 'lab'));
        symlinkSync(join(top, 'data'), join(top, 'lab/content'));
      },
    ],
    [
      'a marker that is a link',
      'lab',
      'others',
      () => {
        write('lab/thesis.tex');
        symlinkSync('thesis.tex', join(top, 'lab/.labsweep-folder'));
      },
    ],
    [
      'a folder of labsweep with a link in the place of a part',
      'lab',
      'link',
      () => {
        write('data/0.wav');
        write('lab/.labsweep-folder');
        symlinkSync(join(top, 'data'), join(top, 'lab/incoming'));
      },
    ],
    ['the home, with a marker that was copied there', '~', 'home', () => write('home/.labsweep-folder')],
    [
      'the ledger of a sweep with program files',
      'project/.labsweep',
      'others',
      () => {
        write('project/.labsweep/ledger.db');
        write(`project/.labsweep/content/${hash}.ready`, '[]');
        write(`project/.labsweep/content/${hash}/train.py`);
      },
    ],
    [
      'a pipe for a marker',
      'lab',
      'others',
      () => {
        mkdirSync(join(top, 'lab'));
        spawnSync('mkfifo', [join(top, 'lab/.labsweep-folder')]);
      },
    ],
    ['a folder that is not there, upward', 'nowhere/../lab', 'unusable', () => {}],
  ] as const)('with %s is left as it is', async (_, folder, ownership, make) => {
    make();
    const before = files();
    const found = await look(folder.startsWith('~') ? folder : `${top}/${folder}`, shell);
    expect(found).toMatchObject({ ownership, agent: 'no', started: null });
    expect(files()).toEqual(before);
    if (ownership === 'others' || ownership === 'home')
      expect(notOursText(found, found.folder)).toContain(`use a folder of its own: ${found.folder}/labsweep`);
  });

  it.runIf(isRoot)('that belongs to another user is not used', async () => {
    for (const marked of [false, true]) {
      mkdirSync(join(top, 'hers'), { recursive: true });
      if (marked) write('hers/.labsweep-folder');
      chownSync(join(top, 'hers'), 2_001, 2_001);
      const found = await look(join(top, 'hers'), shell);
      expect(found.ownership).toBe('stranger');
      expect(notOursText(found, found.folder)).toMatch(/belongs to another user \(\w+\), who could change/);
      expect(readdirSync(join(top, 'hers'))).toEqual(marked ? ['.labsweep-folder'] : []);
    }
  });

  it.runIf(isRoot)('in which another user has put a marker, or an agent, is not used', async () => {
    mkdirSync(join(top, 'all'));
    chmodSync(join(top, 'all'), 0o1777);
    write('all/.labsweep-folder');
    chownSync(join(top, 'all/.labsweep-folder'), 2_001, 2_001);
    expect((await look(join(top, 'all'), shell)).ownership).toBe('others');

    earlier('mine');
    chownSync(join(top, 'mine/agent'), 2_001, 2_001);
    const found = await look(join(top, 'mine'), shell);
    expect(found).toMatchObject({ ownership: 'stranger', folder: join(top, 'mine/agent'), started: null });
    expect(readdirSync(join(top, 'mine'))).not.toContain('.labsweep-folder');
  });

  it('is marked once by all that enter it together', async () => {
    mkdirSync(join(top, 'lab'));
    const all = await Promise.all(Array.from({ length: 6 }, () => look(join(top, 'lab'), shell)));
    expect(new Set(all.map(({ ownership }) => ownership))).toEqual(new Set(['ours']));
    expect(new Set(all.map(({ folderId }) => folderId)).size).toBe(1);
  });
});

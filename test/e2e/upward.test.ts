/** Other accounts are numbers that only root can give files to. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  lchownSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';
import { printsScore, shellSweep } from './sweeps.ts';

const isRoot = process.getuid?.() === 0;
const stranger = 54_321;
/** Commands that are typed one after the other, on a machine that tests other things as well. */
const slow = { timeout: 90_000 };
const checkout = join(import.meta.dirname, '../..');

/** The lab's folder is /tmp/…, 0700; `proj` below it is where inventory and state folder lie. */
function project(lab: Lab): string {
  const folder = lab.path('proj');
  mkdirSync(join(folder, 'below'), { recursive: true });
  chmodSync(folder, 0o755);
  renameSync(lab.path('inventory.json'), lab.path('proj/inventory.json'));
  lab.write('proj/below/sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
  lab.cwd = join(folder, 'below');
  return folder;
}

const refusal = (because: string): RegExp =>
  new RegExp(`is not used: ${because}\\. Whoever can write .+type: labsweep trust LAB/proj\\n$`, 's');

describe.skipIf(!isRoot)(
  'P9 an inventory that lies upward is used only where nobody else can write it',
  () => {
    const file = 'proj/inventory.json';

    it.for<[string, (lab: Lab) => void, string]>([
      [
        "is another's",
        (lab) => chownSync(lab.path(file), stranger, 0),
        'LAB/proj/inventory.json belongs to user 54321',
      ],
      [
        'is open to all',
        (lab) => chmodSync(lab.path(file), 0o646),
        'every user may write LAB/proj/inventory.json',
      ],
      [
        "is open to a group that is nobody's own",
        (lab) => {
          chownSync(lab.path(file), 0, stranger);
          chmodSync(lab.path(file), 0o664);
        },
        'group 54321 may write LAB/proj/inventory.json',
      ],
      [
        'lies where all may write',
        (lab) => chmodSync(lab.path('proj'), 0o777),
        'every user may write LAB/proj',
      ],
      [
        "lies in another's folder",
        (lab) => chownSync(lab.path('proj'), stranger, 0),
        'LAB/proj belongs to user 54321',
      ],
      [
        "is a link to another's",
        (lab) => {
          renameSync(lab.path(file), lab.path('real.json'));
          symlinkSync(lab.path('real.json'), lab.path(file));
          chownSync(lab.path('real.json'), stranger, 0);
        },
        'LAB/real.json belongs to user 54321',
      ],
      [
        "is another's link",
        (lab) => {
          renameSync(lab.path(file), lab.path('real.json'));
          symlinkSync(lab.path('real.json'), lab.path(file));
          lchownSync(lab.path(file), stranger, 0);
        },
        'LAB/proj/inventory.json belongs to user 54321',
      ],
    ])('%s', async ([, spoil, because], { lab }) => {
      project(lab);
      spoil(lab);
      const told = await lab.labsweep('run', 'sweep.yaml');
      expect(told).toMatchObject({
        code: exitCode.badInput,
        out: '',
        err: expect.stringMatching(refusal(because)),
      });
      expect(lab.processes()).toEqual([]);
      // What the person names is meant.
      expect(await lab.labsweep('plan', 'sweep.yaml', '--inventory', '../inventory.json')).toMatchObject({
        code: 0,
      });
    });

    it('root, who is behind sudo, a group of its own and a sticky folder are no strangers', async ({
      lab,
    }) => {
      const folder = project(lab);
      chownSync(lab.path(file), stranger, 0);
      lab.env['SUDO_UID'] = String(stranger);
      expect(await lab.labsweep('hosts', 'list')).toMatchObject({
        code: 0,
        out: expect.stringContaining('here'),
      });
      chownSync(lab.path(file), 0, 0);
      chmodSync(lab.path(file), 0o664);
      chmodSync(folder, 0o1777);
      expect(await lab.labsweep('hosts', 'list')).toMatchObject({ code: 0, err: '' });
    });

    it('is said to be unfit where it is no file', async ({ lab }) => {
      project(lab);
      const said = async (): Promise<string> => {
        const { code, err } = await lab.labsweep('plan', 'sweep.yaml');
        expect(code, err).toBe(exitCode.badInput);
        return err;
      };
      const spoil = (command: string): void => {
        rmSync(lab.path(file), { recursive: true });
        expect(spawnSync('sh', ['-c', command], { cwd: lab.path('proj') }).status).toBe(0);
      };
      spoil('ln -s nowhere inventory.json');
      expect(await said()).toBe(
        'LAB/proj/inventory.json is a link that leads nowhere; mend it or remove it.\n',
      );
      for (const command of ['mkdir inventory.json', 'mkfifo inventory.json']) {
        spoil(command);
        expect(await said(), command).toMatch(/inventory\.json is not a file; name an inventory by/);
      }
    });

    it("is passed by where everybody may put files and it is another's", async ({ lab }) => {
      const folder = project(lab);
      chmodSync(folder, 0o1777);
      chownSync(lab.path(file), stranger, 0);
      const { code, out, err } = await lab.labsweep('hosts', 'list', '--json');
      expect(code).toBe(0);
      expect(err).toBe(
        'LAB/proj/inventory.json belongs to another user and is passed by: every user may put files into LAB/proj.\n',
      );
      expect(JSON.parse(out)).toMatchObject([{ name: 'here', transport: 'local' }]);
    });

    it('`trust` says where its list would not count', async ({ lab }) => {
      const folder = project(lab);
      chmodSync(folder, 0o777);
      const list = lab.write('home/.config/labsweep/trusted', `${folder}\n`);
      chmodSync(list, 0o666);
      const { code, err } = await lab.labsweep('trust', folder);
      expect({ code, err }).toEqual({
        code: exitCode.badInput,
        err: expect.stringMatching(
          /trusted would not count: every user may write LAB\/home\/.+trusted\. Make it/,
        ),
      });
      const two = lab.path('one\n');
      mkdirSync(two);
      expect((await lab.labsweep('trust', two)).code).toBe(exitCode.badInput);
    });

    it('the command that the refusal prints trusts the folder, pasted as it is', async ({ lab }) => {
      const folder = project(lab);
      lab.cwd = join(folder, 'below');
      const odd = lab.path("o'dd $(id)");
      renameSync(folder, odd);
      lab.cwd = join(odd, 'below');
      chmodSync(odd, 0o777);
      const { code, err } = await lab.labsweep('run', 'sweep.yaml');
      expect(code).toBe(exitCode.badInput);
      const pasted = /type: labsweep (trust .+)\n$/.exec(err.replaceAll('LAB', lab.folder))?.[1] ?? '';
      const words = spawnSync('sh', ['-c', `printf '%s\\n' ${pasted}`], { encoding: 'utf8' })
        .stdout.trimEnd()
        .split('\n');
      expect(words).toEqual(['trust', odd]);
      expect(await lab.labsweep(...words)).toMatchObject({ code: 0 });
      expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: 0 });
      expect(await lab.labsweep('status')).toMatchObject({ code: 0 });
      expect((await lab.labsweep('trust', '/tmp')).code).toBe(exitCode.badInput);
    });
  },
);

describe.skipIf(!isRoot)('P9 a state folder that lies upward', slow, () => {
  it.for<[string, (folder: string) => void, string]>([
    ["is another's", (folder) => chownSync(folder, stranger, 0), 'LAB/proj/.labsweep belongs to user 54321'],
    ['is open to all', (folder) => chmodSync(folder, 0o777), 'every user may write LAB/proj/.labsweep'],
    [
      'has a ledger that is open to all',
      (folder) => chmodSync(join(folder, 'ledger.db'), 0o666),
      'every user may write LAB/proj/.labsweep/ledger.db',
    ],
    [
      "has a program of another's",
      (folder) => chownSync(join(folder, 'content'), stranger, 0),
      'LAB/proj/.labsweep/content belongs to user 54321',
    ],
  ])('%s', async ([, spoil, because], { lab }) => {
    const folder = project(lab);
    lab.cwd = folder;
    lab.write('proj/files/x.txt', 'x');
    const sweep = shellSweep(printsScore, 'grid: {x: [1, 2]}\n').replace(
      'program:',
      'program:\n  files: ./files',
    );
    lab.write('proj/sweep.yaml', sweep);
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: 0 });
    spoil(join(folder, '.labsweep'));
    for (const args of [['run', 'sweep.yaml'], ['status'], ['plan', 'sweep.yaml']])
      expect(await lab.labsweep(...args), args.join(' ')).toMatchObject({
        code: exitCode.badInput,
        err: expect.stringMatching(refusal(because)),
      });
    expect(await lab.labsweep('status', '--state', '.labsweep')).toMatchObject({ code: 0 });
  });

  it('is not made where it would be refused the next time', async ({ lab }) => {
    const folder = project(lab);
    lab.cwd = folder;
    chmodSync(folder, 0o777);
    lab.write('proj/sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
    const { code, err } = await lab.labsweep('run', 'sweep.yaml', '--inventory', 'inventory.json');
    expect({ code, err }).toEqual({
      code: exitCode.badInput,
      err: expect.stringMatching(/^no \.labsweep is made in LAB\/proj: every user may write LAB\/proj\./),
    });
    expect(lab.files()).not.toContain('proj/.labsweep');
  });
});

it.skipIf(!isRoot)(
  "`npm start` works in a mounted clone of another's",
  { timeout: 120_000 },
  async ({ lab }) => {
    const clone = lab.path('clone');
    for (const name of ['bin', 'dist', 'data', 'schemas', 'sweeps', 'package.json', 'inventory.json'])
      cpSync(join(checkout, name), join(clone, name), { recursive: true });
    symlinkSync(join(checkout, 'node_modules'), join(clone, 'node_modules'));
    expect(spawnSync('chown', ['-R', String(stranger), clone]).status).toBe(0);
    expect(spawnSync('chmod', ['-R', 'a+w', clone]).status).toBe(0);
    lab.cwd = clone;
    lab.patienceMs = 100_000;
    const start = [
      'bin/labsweep.js',
      'run',
      'sweeps/quickstart.yaml',
      '--limit',
      '1',
      '--set',
      'fixed.epochs=1',
    ];
    // The second time there is a state folder to be found.
    for (const round of [1, 2]) {
      const told = await lab.node(...start).ended;
      expect(told.code, `${round}: ${told.err}`).toBe(0);
    }
  },
);

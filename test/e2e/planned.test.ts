import { statfsSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it } from './lab.ts';
import type { Told } from './told.ts';
import { cnn1dSweep, printsScore, shellSweep } from './sweeps.ts';

const grid = 'grid: {x: [1]}\n';
const toy = shellSweep(printsScore, grid);
const withCommand = (command: string, rest = ''): string =>
  toy.replace(/command: .*/, `command: ${command}${rest}`).replace('grid', 'fixed: {y: 1}\ngrid');

describe('P8 plan refuses what run refuses, in the same words', { timeout: 90_000 }, () => {
  it.for([
    [
      'a script that is not among the files',
      withCommand('[python3, -u, train.py, "{args}"]', '\n  files: ./model'),
      /command\[2\]: the program has no file train\.py in model: .+ did you mean trian\.py\?/,
    ],
    [
      'a script of a program without files',
      withCommand('[bash, train.sh, "{args}"]'),
      /command\[1\]: the program has no file train\.sh: name the folder/,
    ],
    [
      'a program file that .labsweepignore leaves out',
      withCommand('[./run.sh, "{args}"]', '\n  files: ./model'),
      /command\[0\]: the program has no file run\.sh in model/,
    ],
    [
      'a program file that is not executable',
      withCommand('[./plain.sh, "{args}"]', '\n  files: ./model'),
      /command\[0\]: plain\.sh in model is not executable; run: chmod \+x model\/plain\.sh/,
    ],
    [
      'a program that is a folder',
      withCommand('[./sub, "{args}"]', '\n  files: ./model'),
      /command\[0\]: sub in model is a folder/,
    ],
    [
      'a metric that cnn1d lacks',
      cnn1dSweep('layers: [3]').replace('val_accuracy', 'val_acuracy'),
      /objective\.metric: cnn1d reports no val_acuracy; did you mean val_accuracy\?/,
    ],
    [
      'cnn1d without data',
      cnn1dSweep('layers: [3]').replace('data: mini\n', ''),
      /data: cnn1d needs a data set/,
    ],
    [
      'a variable that is not set',
      toy.replace('objective', '  passEnv: [NOT_SET]\nobjective'),
      /program\.passEnv\[0\]: NOT_SET is not set here/,
    ],
    [
      'an engine that is not installed',
      cnn1dSweep('layers: [3]').replace('custom-k5', 'custom-k5, engine: gpu'),
      /fixed\.engine: the engine gpu is not installed/,
    ],
  ] as const)('%s', async ([, text, words], { lab }) => {
    lab.write('model/trian.py', '');
    lab.write('model/run.sh', '');
    lab.write('model/plain.sh', '');
    lab.write('model/sub/train.sh', '');
    lab.write('model/.labsweepignore', 'run.sh\n');
    lab.write('sweep.yaml', text);
    const said = await lab.refused('plan', 'sweep.yaml');
    expect(said).toMatch(words);
    expect(await lab.refused('run', 'sweep.yaml')).toBe(said);
  });

  it.for([
    ['resources: {hostMemory: 10 TB}\n', /^here: needs 9\.1 TiB of memory/],
    ['hosts: cuda99\n', /^here: the host lacks label cuda99\n/],
  ] as const)('what no host has: %s', async ([rest, words], { lab }) => {
    lab.write('sweep.yaml', toy.replace('resources: {cpus: 0}\n', '') + rest);
    const planned = await lab.labsweep('plan', 'sweep.yaml');
    expect(planned).toMatchObject({ code: exitCode.noHost, err: expect.stringMatching(words) });
    const run = await lab.labsweep('run', 'sweep.yaml');
    expect(run).toMatchObject({ code: exitCode.noHost });
    expect(run.err).toContain(planned.err.split('\n')[0]);
  });

  it('a program whose files changed since, and --keep or --fresh plans on', async ({ lab }) => {
    lab.write('model/score.sh', `${printsScore.replaceAll('$0', '$1')}\n`);
    lab.write(
      'sweep.yaml',
      withCommand('[sh, score.sh, "{x}"]', '\n  files: ./model').replace('fixed: {y: 1}\n', ''),
    );
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    lab.write('model/more.txt', '');
    expect(await lab.refused('plan', 'sweep.yaml')).toBe(await lab.refused('run', 'sweep.yaml'));
    expect((await lab.labsweep('plan', 'sweep.yaml', '--keep')).out).toContain('1 of them done');
    expect((await lab.labsweep('plan', 'sweep.yaml', '--fresh')).out).toContain('0 of them done');
  });
});

describe('plan, which enters no host', { timeout: 90_000 }, () => {
  it('counts no host that only a look can tell of, until one was taken', async ({ lab }) => {
    lab.write('.labsweep/notes', '');
    lab.write('sweep.yaml', `${toy}resources: {gpus: 1}\n`.replace('resources: {cpus: 0}\n', ''));
    const before = await lab.labsweep('plan', 'sweep.yaml');
    expect(before).toMatchObject({ code: exitCode.done, err: '' });
    expect(before.out).toContain('Not seen yet, so not counted: here');
    expect(before.out).not.toContain('takes none');
    expect((await lab.labsweep('hosts', 'check')).err).not.toContain('labsweep:');
    const after = await lab.labsweep('plan', 'sweep.yaml');
    expect(after).toMatchObject({ code: exitCode.noHost });
    expect(after.out).toContain('here takes none: needs a GPU, and the host has none');
  });

  it('is told by hosts check where the state folder does not take what it saw', async ({ lab }) => {
    lab.write('.labsweep/seen-hosts.json/in-the-way', '');
    const checked = await lab.labsweep('hosts', 'check');
    expect(checked.out).toContain('cores');
    expect(checked.err).toContain('`labsweep plan` will not know of it: ');
  });

  it('says so where nothing is left to run, whatever the hosts are', async ({ lab }) => {
    lab.write('sweep.yaml', toy);
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    lab.inventory(8, { off: 'broken fan' });
    const planned = await lab.labsweep('plan', 'sweep.yaml');
    expect(planned).toMatchObject({ code: exitCode.done, err: '' });
    expect(planned.out).toContain('Nothing is left to run: each trial has its result.');
  });

  it('says that the disk of this machine has no room for what trials write', async ({ lab }) => {
    const planned = async (bytes: number): Promise<Told> => {
      lab.write('sweep.yaml', toy.replace('{cpus: 0}', `{cpus: 0, disk: ${Math.round(bytes)}}`));
      return lab.labsweep('plan', 'sweep.yaml');
    };
    const { bavail, blocks, bsize } = statfsSync(lab.folder);
    // Somebody may make room for that, and not for more than there is in all.
    const now = await planned(((bavail + blocks) / 2) * bsize);
    expect(now).toMatchObject({ code: exitCode.done, err: '' });
    expect(now.out).toMatch(
      /^here takes none: .+ of disk are free in \S+; .+\n(?:.*\n)*Time: not known while no host/m,
    );
    const ever = await planned(2 * blocks * bsize);
    expect(ever.code).toBe(exitCode.noHost);
    expect(ever.out).toMatch(/^here takes none: the disk of \S+ has .+ in all; nothing starts under /m);
  });
});

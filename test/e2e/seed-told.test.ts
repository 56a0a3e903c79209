/** Replicates of a program that is told its seed nowhere. */
import { describe, expect } from 'vitest';
import { it } from './lab.ts';
import { printsScore, shellSweep } from './sweeps.ts';

const note =
  'Nothing tells the program its seed: the command has no {seed}, and none of its files names LABSWEEP_SEED. The 2 replicates';

describe.concurrent('replicates', { timeout: 60_000 }, () => {
  it('of a program that is told its seed nowhere are told of first, by plan and run', async ({ lab }) => {
    lab.write('model/train.py', 'seed = 1\n');
    const sweep = shellSweep(printsScore, 'grid: {x: [1]}\nreplicates: 2\n');
    lab.write('sweep.yaml', sweep.replace('objective', '  files: ./model\nobjective'));
    expect((await lab.labsweep('plan', 'sweep.yaml')).out.split('\n')[1]).toContain(note);
    expect((await lab.labsweep('run', 'sweep.yaml')).err).toContain(note);
    // One replicate has nothing to differ from.
    expect((await lab.labsweep('plan', 'sweep.yaml', '--replicates', '1')).out).not.toContain('seed');
    lab.write('model/train.py', `# ${'-'.repeat(256 * 1024 - 8)}\nseed = os.environ["LABSWEEP_SEED"]\n`);
    expect((await lab.labsweep('plan', 'sweep.yaml', '--keep')).out).not.toContain('seed');
  });

  it('that all have the seed of `fixed` are told where it comes from', async ({ lab }) => {
    const sweep = shellSweep(printsScore, 'fixed: {seed: 3}\ngrid: {x: [1]}\nreplicates: 2\n');
    lab.write('sweep.yaml', sweep);
    expect((await lab.labsweep('plan', 'sweep.yaml')).out.split('\n')[1]).toBe(
      'Nothing tells the program its seed: `fixed` gives all 2 replicates of a point the seed 3, so that they may be one ' +
        'training 2 times; take it out of `fixed`, and add --seed "{seed}" to the command.',
    );
  });

  it.for([
    ["'{x}']", `'{x}', '--seed={seed}']`],
    ['printf', 'echo $LABSWEEP_SEED; printf'],
    ['resources', 'replicates: 1\nresources'],
  ] as const)('of one that is told (%s → %s) are not', async ([from, to], { lab }) => {
    const sweep = shellSweep(printsScore, `grid: {x: [1]}\n${to.startsWith('rep') ? '' : 'replicates: 2\n'}`);
    lab.write('sweep.yaml', sweep.replace(from, to));
    expect((await lab.labsweep('plan', 'sweep.yaml')).out).not.toContain('Nothing tells');
  });
});

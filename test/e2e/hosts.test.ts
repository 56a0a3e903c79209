import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';
import { printsScore, shellSweep } from './sweeps.ts';

const only = (lab: Lab, entry: object): void =>
  void lab.write(
    'inventory.json',
    JSON.stringify({ hosts: [{ name: 'here', transport: 'local', folder: lab.host, ...entry }] }),
  );

describe('P6 a sweep that no host can take ends at once, with the reason of each', () => {
  it.for([
    ['is off', { off: 'PSU broken' }, '', 'here: the host is off: PSU broken\n'],
    ['lacks a label', {}, 'hosts: cuda12\n', 'here: the host lacks label cuda12\n'],
    [
      'has no such folder',
      { folder: '/dev/null/host' },
      '',
      /^here: the host cannot be reached: cannot write \/dev\/null\/host\/agent\/\w+\.mjs: ENOTDIR/m,
    ],
  ] as const)('the host %s', async ([, entry, rest, reason], { lab }) => {
    only(lab, entry);
    lab.write('sweep.yaml', shellSweep(printsScore, `grid: {x: [1, 2]}\n${rest}`));
    const { code, out, err } = await lab.labsweep('run', 'sweep.yaml');
    expect({ code, out }).toEqual({ code: exitCode.noHost, out: '' });
    expect(err).toMatch(reason);
    expect(err).toMatch(/No host can go on with 2 trials of toy; `labsweep run` tries again\.\n$/);
    expect(lab.processes()).toEqual([]);

    lab.inventory(2);
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
  });
});

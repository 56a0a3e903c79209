/** What is known afterwards of a run that ended since no host could go on with it. */
import { expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it } from './lab.ts';
import { printsScore } from './sweeps.ts';

const sweep = (resources: string): string =>
  `sweep: toy\nprogram:\n  command: [sh, -c, ${JSON.stringify(printsScore)}, '{x}']\n` +
  `objective: {metric: score, goal: maximize}\nresources: {cpus: 0${resources}}\ngrid: {x: [1, 2]}\n`;

it('status and why say why the last run ended, for as long as it is so', async ({ lab }) => {
  lab.write('sweep.yaml', sweep(', disk: 5000 TB'));
  expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.noHost });
  const ended =
    /^The last coordinator ended since no host could go on with toy:\n {2}here: the disk of LAB\/host has [\d.]+ [GT]iB in all; nothing starts under [\d.]+ [PT]iB/m;
  for (const verb of ['status', 'why']) expect((await lab.labsweep(verb)).out).toMatch(ended);
  await lab.labsweep('stop', 'toy');
  const { out } = await lab.labsweep('status');
  expect(out).not.toContain('no host could go on');
  expect(out).toContain('`labsweep resume toy` goes on.');
  lab.write('sweep.yaml', sweep(''));
  expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
  expect((await lab.labsweep('status')).out).not.toContain('no host could go on');
});

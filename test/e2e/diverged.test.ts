/** Trainings whose objective is NaN or infinite: results of their points, which stop nothing and are not repeated. */
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';

const program = join(import.meta.dirname, '../fixtures/programs/diverges');

function write(lab: Lab, name: string, objective: string, values: readonly number[]): string {
  lab.write(
    `${name}.yaml`,
    `sweep: ${name}\nprogram: {command: [${program}, '{x}', ${lab.path('done')}]}\n` +
      `objective: {${objective}}\nresources: {cpus: 0}\ngrid: {x: ${JSON.stringify(values)}}\n`,
  );
  return `${name}.yaml`;
}

const trained = (lab: Lab): number => lab.read('done').split('\n').length - 1;

describe('a grid that begins with learning rates that are too large', { timeout: 180_000 }, () => {
  it('is trained to its end, ranks them last, and trains none of them again for any sweep', async ({
    lab,
  }) => {
    lab.patienceMs = 60_000;
    lab.inventory(1); // in the order of the grid: the large ones first
    const values = [40, 30, 20, 2, 1];
    const sweep = write(lab, 'toy', 'metric: score, goal: maximize', values);
    const first = await lab.labsweep('run', sweep);
    expect(first.code).toBe(exitCode.done);
    expect(first.err).toContain('x=40 on here diverged: score is NaN in its result (that is its result)\n');
    expect(first.err).toContain('3 diverged (NaN or infinite): `labsweep list toy --diverged` shows them.');
    expect(first.out).toMatch(
      /^1 {2}0\.2400 .*\n2 {2}0\.1400 .*\nDiverged in a replicate .*:\n3 {2}NaN .*\n4 {2}NaN .*\n5 {2}NaN /m,
    );
    expect(trained(lab)).toBe(5);

    for (const verb of ['run', 'resume'])
      expect(await lab.labsweep(verb, verb === 'run' ? sweep : 'toy')).toMatchObject({ code: exitCode.done });
    expect((await lab.labsweep('retry', 'toy', '--failed')).err).toBe('no trial has failed.\n');
    const other = write(lab, 'other', 'metric: score, goal: maximize', [40, 2]);
    const end = (await lab.labsweep('run', other, '--json')).out.trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(end)).toMatchObject({ event: 'end', succeeded: 0, diverged: 0, failed: 0, cached: 2 });

    // The same lines have a value of another metric, and a best line before they diverged would have one of this.
    const accuracy = write(lab, 'accuracy', 'metric: accuracy, goal: maximize', values);
    expect((await lab.labsweep('run', accuracy)).out).toMatch(/^5 {2}0\.5000/m);
    const status = JSON.parse((await lab.labsweep('status', '--json')).out);
    expect(
      status.sweeps.map(({ sweep: name, counts }: { sweep: string; counts: object }) => [name, counts]),
    ).toMatchObject([
      ['toy', { succeeded: 2, diverged: 3, failed: 0 }],
      ['other', { succeeded: 1, diverged: 1, failed: 0 }],
      ['accuracy', { succeeded: 5, diverged: 0, failed: 0 }],
    ]);
    expect(trained(lab)).toBe(5);

    const list = await lab.labsweep('list', 'toy', '--diverged');
    expect(list.out.match(/ diverged +NaN /g)).toHaveLength(3);
    expect((await lab.labsweep('why', 'x=40')).out).toContain(
      'on here diverged: score is NaN in its result; that is its result, and it is not trained again',
    );
    expect((await lab.labsweep('show', 'x=40')).out).toContain('(counts)');
    expect((await lab.labsweep('ledger', 'verify')).code).toBe(exitCode.done);
    expect((await lab.labsweep('plan', sweep, '--json')).out).not.toContain('"cached":false');
  });

  it('has diverged at its best line only where no line is finite', async ({ lab }) => {
    const told = await lab.labsweep(
      'run',
      write(lab, 'toy', 'metric: score, goal: maximize, at: best', [40, 5]),
    );
    expect(told.code).toBe(exitCode.done);
    expect(told.out).toMatch(/^1 {2}0\.5200 .*\nDiverged in a replicate .*:\n2 {2}NaN /m);
  });
});

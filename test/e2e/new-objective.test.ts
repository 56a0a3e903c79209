/** A sweep that ranks by a metric which the results that are there do not hold. */
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';
import { shellSweep } from './sweeps.ts';

const trained = (lab: Lab): string =>
  lab
    .read('done')
    .split('\n')
    .filter((line) => line !== '')
    .join(' ');

describe('P3 an objective that earlier results lack', { timeout: 90_000 }, () => {
  it('is told by plan and run; --keep goes on without them, --fresh trains these and no others', async ({
    lab,
  }) => {
    const script = `echo "$0" >> '${lab.path('done')}'; echo "acc: 0.$0"; printf '{"score": %s}\\n' "$0"`;
    const first = shellSweep(script, 'grid: {x: [1, 2, 3]}\n');
    const byAcc = (points: string): string =>
      first
        .replace('metric: score', 'metric: acc')
        .replace('objective', '  metrics: {stdout: ["acc: {acc}"]}\nobjective')
        .replace('[1, 2, 3]', points);
    lab.write('toy.yaml', first);
    lab.write('other.yaml', first.replace('sweep: toy', 'sweep: other'));
    for (const file of ['toy.yaml', 'other.yaml'])
      expect(await lab.labsweep('run', file)).toMatchObject({ code: exitCode.done });

    lab.write('toy.yaml', byAcc('[1, 2, 3, 4]'));
    const plan = JSON.parse((await lab.labsweep('plan', 'toy.yaml', '--json')).out);
    expect(plan.missing).toEqual([
      {
        what: '3 results have no acc, only score (x=1; x=2; x=3)',
        remedy: '`labsweep run toy.yaml --fresh` trains these 3 trials anew, --keep goes on without',
      },
    ]);
    const cached = plan.trials.map((one: { cached: boolean; lacks: string | null }) => [
      one.cached,
      one.lacks,
    ]);
    expect(cached).toEqual([...[1, 2, 3].map(() => [false, 'only score']), [false, null]]);
    expect(await lab.refused('run', 'toy.yaml')).toBe(
      '3 results have no acc, only score (x=1; x=2; x=3); toy.yaml ranks by acc, and 3 results would leave the leaderboard ' +
        '(and stay in the ledger).\nSay --fresh to train these 3 trials anew, or --keep to go on without their results.\n',
    );

    const kept = await lab.labsweep('run', 'toy.yaml', '--keep');
    expect(kept.err).toContain('1 trial trained in …, 3 taken from before.');
    expect(kept.out).toContain(
      '3 results have no acc: `labsweep run FILE --fresh` trains their trials anew.',
    );
    expect((await lab.labsweep('run', 'toy.yaml')).err).toContain('0 trials trained');
    // Those of one run begin together.
    expect(trained(lab).split(' ').toSorted()).toEqual(['1', '2', '3', '4']);

    const fresh = await lab.labsweep('run', 'toy.yaml', '--fresh');
    expect(fresh.err).toContain('3 trials trained in …, 1 taken from before.');
    expect((await lab.labsweep('run', 'toy.yaml')).err).toContain(
      '0 trials trained in …, 4 taken from before.',
    );
    expect((await lab.labsweep('plan', 'toy.yaml')).out).toContain('4 of them done');
    expect(trained(lab).split(' ').toSorted()).toEqual(['1', '1', '2', '2', '3', '3', '4']);
    // What they were earned for has them still.
    const other = JSON.parse((await lab.labsweep('leaderboard', 'other', '--json')).out);
    expect(other.rows).toHaveLength(3);
    expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
  });
});

import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, type Typed, until } from './lab.ts';
import { signal } from './processes.ts';
import { counts, shellSweep, waitsAt } from './sweeps.ts';

const points = 40;

/**
 * Starts a sweep of 40 short trials. Half of them wait for the file `gate`: it is in the middle of them, however long
 * whoever looks on takes.
 *
 * @returns once some have ended
 */
async function underWay(lab: Lab): Promise<Typed> {
  const half = `test $0 -le ${points / 2} || until test -e '${lab.path('gate')}'; do sleep 0.05; done`;
  const script = `${half}; ${counts(lab.path('done'))}`;
  lab.write('sweep.yaml', shellSweep(script, `grid: {x: {from: 1, to: ${points}}}\n`));
  const run = lab.type('run', 'sweep.yaml');
  await until(
    'the tenth trial',
    () => ended(lab).length >= 10,
    () => run.said.err,
  );
  expect(ended(lab).length).toBeLessThan(points);
  return run;
}

/** The other half may run. */
const goOn = (lab: Lab): string => lab.write('gate', '');

/** Every execution of the program that came to its end, by its `x`. */
const ended = (lab: Lab): number[] =>
  lab
    .read('done')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);

const all = Array.from({ length: points }, (_, index) => index + 1);

/** Each program was executed to its end once, and the leaderboard has every point with its one replicate. */
async function expectWhole(lab: Lab): Promise<void> {
  expect(ended(lab).toSorted((a, b) => a - b)).toEqual(all);
  const { code, out } = await lab.labsweep('leaderboard', '--json');
  const { rows } = JSON.parse(out);
  expect(code).toBe(exitCode.done);
  expect(rows.map((row: { params: { x: number } }) => row.params.x)).toEqual(all.toReversed());
  expect(new Set(rows.map((row: { replicates: object }) => JSON.stringify(row.replicates)))).toEqual(
    new Set(['{"done":1,"declared":1}']),
  );
  expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
}

describe('P1 P2 P3 whoever is killed in the middle of a sweep, each trial is executed to its end once', () => {
  it.for(['resume', 'run'] as const)('the coordinator, then `%s`', async (verb, { lab }) => {
    const run = await underWay(lab);
    run.child.kill('SIGKILL');
    await run.ended;
    goOn(lab);
    const again = await lab.labsweep(verb, ...(verb === 'run' ? ['sweep.yaml'] : []));
    expect(again.code, again.err).toBe(exitCode.done);
    await expectWhole(lab);
  });

  it('the agent: the coordinator starts another, which adopts what runs', async ({ lab }) => {
    const run = await underWay(lab);
    signal(lab.agent()?.pid ?? 0, 'SIGKILL');
    goOn(lab);
    const { code, err } = await run.ended;
    expect(code, err).toBe(exitCode.done);
    await expectWhole(lab);
  });

  it('both at once, then `resume`', async ({ lab }) => {
    const run = await underWay(lab);
    run.child.kill('SIGKILL');
    signal(lab.agent()?.pid ?? 0, 'SIGKILL');
    await run.ended;
    goOn(lab);
    const again = await lab.labsweep('resume');
    expect(again.code, again.err).toBe(exitCode.done);
    await expectWhole(lab);
  });

  it('Ctrl-C: what runs goes on, and how to come back is said', async ({ lab }) => {
    const run = await underWay(lab);
    const before = ended(lab).length;
    run.child.kill('SIGINT');
    const { code, err } = await run.ended;
    expect(code).toBe(exitCode.interrupted);
    expect(err).toMatch(
      /Left: \d+ trials? running and \d+ waiting on their hosts\.\n`labsweep resume` comes back to them, `labsweep stop toy` ends them\.\n$/,
    );
    goOn(lab);
    await until('the trials that were left', () => ended(lab).length > before);
    expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.done });
    await expectWhole(lab);
  });
});

describe('P1 P3 a ledger that is put back to a copy of before', () => {
  it('goes on after the coordinators that its hosts have heard of since, and says what that means', async ({
    lab,
  }) => {
    const gate = lab.path('gate');
    lab.write('sweep.yaml', shellSweep(waitsAt(gate, lab.path('done')), 'grid: {x: {from: 1, to: 6}}\n'));
    const first = lab.type('run', 'sweep.yaml');
    await until(
      'a trial that runs',
      () => lab.read('gate.waiting') !== '',
      () => first.said.err,
    );
    expect(await lab.labsweep('ledger', 'backup', 'copy.db')).toMatchObject({ code: exitCode.done });
    first.child.kill('SIGKILL');
    await first.ended;
    lab.write('gate', '');
    expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.done });
    expect(ended(lab).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    // A third coordinator, whose term follows none of the copy.
    const other = shellSweep(counts(lab.path('other')), 'grid: {x: [1]}\n').replace('toy', 'other');
    lab.write('other.yaml', other);
    expect(await lab.labsweep('run', 'other.yaml')).toMatchObject({ code: exitCode.done });
    await lab.labsweep('ledger', 'restore', 'copy.db');
    const { code, err } = await lab.labsweep('run', 'sweep.yaml');
    expect(code, err).toBe(exitCode.done);
    expect(err).toContain('it is an older copy');
    expect(ended(lab).toSorted((a, b) => a - b)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
    expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
  });
});

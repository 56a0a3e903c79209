/** A sweep file that is edited in the middle of its sweep: while a coordinator runs, and while none does. */
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, type Typed, until } from './lab.ts';
import { shellSweep } from './sweeps.ts';

const lines = (lab: Lab, file: string): string[] =>
  lab
    .read(file)
    .split('\n')
    .filter((line) => line !== '');
const numbers = (lab: Lab, file: string): number[] =>
  lines(lab, file)
    .map(Number)
    .toSorted((a, b) => a - b);

/** Each says that it begins, waits for a gate of its own or the one of all, and says that it is through. */
function writeSweep(lab: Lab, grid: string, rest = ''): void {
  const at = lab.folder;
  const script =
    `echo "$0" >>'${at}/begun'; until test -e '${at}/gate' -o -e '${at}/gate-'"$0"; do sleep 0.05; done; ` +
    `echo "$0" >>'${at}/done'; printf '{"score": %s}\\n' "$0"`;
  lab.write('sweep.yaml', shellSweep(script, `grid: {x: ${grid}}\n${rest}`));
}

interface Ranked {
  readonly params: { readonly x: number };
  readonly replicates: { readonly done: number; readonly declared: number };
}

async function ranked(lab: Lab): Promise<readonly Ranked[]> {
  const { rows } = JSON.parse((await lab.labsweep('leaderboard', 'toy', '--json')).out);
  return rows;
}
const rankedPoints = async (lab: Lab): Promise<number[]> =>
  (await ranked(lab)).map(({ params }) => params.x).toSorted((a, b) => a - b);

async function running(lab: Lab, points: string): Promise<Typed> {
  lab.inventory(2);
  writeSweep(lab, points);
  const run = lab.type('run', 'sweep.yaml');
  await until(
    'two run',
    () => run.said.err.includes('2 running') && lines(lab, 'begun').length === 2,
    () => run.said.err,
  );
  return run;
}

/** Hands the edited sweep to the coordinator that runs. */
async function handOver(lab: Lab): Promise<void> {
  const { code, err } = await lab.labsweep('run', 'sweep.yaml', '--detach', '--prune');
  expect({ code, err }).toMatchObject({
    code: exitCode.done,
    err: expect.stringContaining('toy runs in the'),
  });
}

describe('P1 P2 P3 a sweep file that is edited while its coordinator runs', { timeout: 60_000 }, () => {
  it('takes in new points, ends the removed ones, and takes them up again when they are put back', async ({
    lab,
  }) => {
    const run = await running(lab, '[1, 2, 3, 4, 5, 6]');
    // 1 runs and 3 waits on the host.
    writeSweep(lab, '[2, 4, 5, 6, 7]');
    await handOver(lab);
    await until('the next one begins', () => lines(lab, 'begun').length === 3);
    const again = numbers(lab, 'begun');
    expect(again).not.toContain(3);
    expect(lines(lab, 'done')).toEqual([]);

    writeSweep(lab, '[1, 2, 3, 4, 5, 6, 7]');
    await handOver(lab);
    lab.write('gate', '');
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect(numbers(lab, 'done')).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await rankedPoints(lab)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('keeps the result of a removed point in the ledger and out of the leaderboard', async ({ lab }) => {
    const run = await running(lab, '[1, 2, 3]');
    lab.write('gate-1', '');
    await until('the first is through', () => lines(lab, 'begun').length === 3);
    writeSweep(lab, '[2, 3]');
    await handOver(lab);
    lab.write('gate', '');
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect(await rankedPoints(lab)).toEqual([2, 3]);

    writeSweep(lab, '[1, 2, 3]');
    expect((await lab.labsweep('run', 'sweep.yaml')).err).toContain(
      '0 trials trained in …, 3 taken from before.',
    );
    expect(await rankedPoints(lab)).toEqual([1, 2, 3]);
    expect(numbers(lab, 'done')).toEqual([1, 2, 3]);
  });

  it('runs more replicates of each point, and none again', async ({ lab }) => {
    const run = await running(lab, '[1, 2]');
    writeSweep(lab, '[1, 2]', 'replicates: 3\n');
    await handOver(lab);
    lab.write('gate', '');
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect(numbers(lab, 'done')).toEqual([1, 1, 1, 2, 2, 2]);
    expect((await ranked(lab)).map(({ replicates }) => replicates)).toEqual([
      { done: 3, declared: 3 },
      { done: 3, declared: 3 },
    ]);
  });

  it('holds what waits to its new timeout and its new number at once; what runs goes on as it began', async ({
    lab,
  }) => {
    const run = await running(lab, '[1, 2, 3, 4, 5, 6]');
    writeSweep(lab, '[1, 2, 3, 4, 5, 6]', 'timeout: 1s\nretries: 0\nconcurrent: 1\n');
    await handOver(lab);
    const [first = '', second = ''] = lines(lab, 'begun');
    lab.write(`gate-${first}`, '');
    await until('the first is through', () => lines(lab, 'done').length === 1);
    // Longer than the new timeout, and it is not ended: it was started without one.
    expect((await lab.labsweep('why', `x=${second}`)).out).toContain('it has been running');
    expect(lines(lab, 'begun')).toHaveLength(2);
    lab.write(`gate-${second}`, '');
    await until(
      'one ends by its timeout',
      () => /ended at its timeout of 1 s/.test(run.said.err),
      () => run.said.err,
    );
    lab.write('gate', '');
    const { code, err } = await run.ended;
    expect(code).toBe(exitCode.failedInPart);
    expect(numbers(lab, 'done')).toContain(Number(first));
    expect(numbers(lab, 'done')).toContain(Number(second));
    expect(err).toMatch(/^x=\d on here .*1 s.*\(given up\)$/m);
    // Who raises the timeout retries what it has ended, and nothing else runs again.
    writeSweep(lab, '[1, 2, 3, 4, 5, 6]');
    expect((await lab.labsweep('retry', '--failed')).code).toBe(exitCode.done);
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    expect(numbers(lab, 'done')).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('P1 P2 P3 a sweep file that is edited while no coordinator runs', { timeout: 60_000 }, () => {
  it('takes in what has ended meanwhile, ends what was removed, and goes on with the rest', async ({
    lab,
  }) => {
    const run = await running(lab, '[1, 2, 3, 4, 5, 6]');
    run.child.kill('SIGKILL');
    await run.ended;
    const [first = '', second = ''] = lines(lab, 'begun');
    lab.write(`gate-${first}`, '');
    await until('the first is through', () => lines(lab, 'done').length === 1);
    const kept = [1, 2, 3, 4, 5, 6, 7].filter((x) => x !== Number(second));
    writeSweep(lab, JSON.stringify(kept));
    const again = lab.type('run', 'sweep.yaml', '--prune');
    await until(
      'the removed one has been ended',
      () => !lab.processes().some(({ command }) => command.endsWith(` ${second}`)),
      () => again.said.err,
    );
    lab.write('gate', '');
    expect(await again.ended).toMatchObject({ code: exitCode.done });
    expect(numbers(lab, 'done')).toEqual(kept);
    expect(await rankedPoints(lab)).toEqual(kept);

    writeSweep(lab, '[1, 2, 3, 4, 5, 6, 7]');
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    expect(numbers(lab, 'done')).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

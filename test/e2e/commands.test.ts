import { rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, until } from './lab.ts';
import { counts, printsScore, shellSweep, waitsAt } from './sweeps.ts';
import { stackOf } from './told.ts';

const lines = (lab: Lab, file: string): string[] => lab.read(file).trim().split('\n').toSorted();

describe('the commands of the README, as a person types them', () => {
  it('init, then run, then run again: the first trains, the second takes what is there', async ({ lab }) => {
    rmSync(lab.path('inventory.json'));
    expect(await lab.labsweep('init')).toEqual({
      code: exitCode.done,
      out: 'sweep.yaml written\ninventory.json written\n',
      err: '',
    });
    const first = await lab.labsweep('run', 'sweep.yaml');
    expect(first).toMatchObject({
      code: exitCode.done,
      out: expect.stringMatching(/^1 {2}3 .*\n2 {2}2 .*\n3 {2}1 /m),
    });
    expect(first.err).toContain('3 trials trained in …, 0 taken from before.\n');

    let leastMs = Number.POSITIVE_INFINITY;
    for (let time = 0; time < 3; time += 1) {
      const startedAt = performance.now();
      const again = await lab.labsweep('run', 'sweep.yaml');
      leastMs = Math.min(leastMs, performance.now() - startedAt);
      expect(again).toMatchObject({ code: exitCode.done, out: first.out });
      expect(again.err).toContain('0 trials trained in …, 3 taken from before.\n');
    }
    expect(leastMs).toBeLessThan(2_000);
  });

  it('init leaves files alone that are there', async ({ lab }) => {
    const before = lab.read('inventory.json');
    expect(await lab.labsweep('init')).toMatchObject({
      code: exitCode.failedInPart,
      out: 'sweep.yaml written\n',
      err: 'inventory.json is there already and stays as it is.\n',
    });
    expect(lab.read('inventory.json')).toBe(before);
  });

  it('plan --json: one document, before and after the run, and nothing is started or written', async ({
    lab,
  }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\nreplicates: 2\n'));
    const before = lab.files();
    const planned = await lab.labsweep('plan', 'sweep.yaml', '--json');
    expect(planned).toMatchObject({ code: exitCode.done, err: '' });
    expect({ files: lab.files(), processes: lab.processes() }).toEqual({ files: before, processes: [] });
    const plan = JSON.parse(planned.out);
    expect(plan).toMatchObject({
      sweep: 'toy',
      points: 2,
      devices: [{ host: 'here', off: null, trials: 4, seconds: null, because: null }],
      missing: [],
      eta: null,
    });
    expect(plan.trials).toHaveLength(4);
    expect(plan.trials[3]).toMatchObject({ params: { x: 2 }, replicate: 2, seed: 2, cached: false });

    await lab.labsweep('run', 'sweep.yaml', '--limit', '1');
    const { trials, devices, eta } = JSON.parse((await lab.labsweep('plan', 'sweep.yaml', '--json')).out);
    expect(trials.map(({ cached }: { cached: boolean }) => cached)).toEqual([true, true, false, false]);
    // By what the two took that have ended.
    expect(devices).toMatchObject([{ host: 'here', trials: 2, seconds: expect.any(Number) }]);
    expect(trials[3].predicted).toMatchObject({ seconds: expect.any(Number), gpuMemoryBytes: null });
    expect(eta.low).toBeLessThanOrEqual(eta.seconds);
    expect(eta.high).toBeGreaterThanOrEqual(eta.seconds);
    expect((await lab.labsweep('plan', 'sweep.yaml')).out).toMatch(/^Time: (about .+|under 1 s)$/m);
  });

  it('a reader that leaves early, like `head`, is no error', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: {from: 1, to: 5000}}\n'));
    const plan = lab.type('plan', 'sweep.yaml', '--json');
    plan.child.stdout?.once('data', () => plan.child.stdout?.destroy());
    expect(await plan.ended).toMatchObject({ code: exitCode.done, err: '' });
  });

  it('run --json: an event a line, the last one `end`', async ({ lab }) => {
    lab.write(
      'sweep.yaml',
      shellSweep(`test $0 != 2 || exit 1; ${printsScore}`, 'grid: {x: [1, 2, 3]}\nretries: 0\n'),
    );
    const { code, out } = await lab.labsweep('run', 'sweep.yaml', '--json');
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(exitCode.failedInPart);
    expect(events.at(-1)).toEqual({
      event: 'end',
      succeeded: 2,
      diverged: 0,
      failed: 1,
      cached: 0,
      seconds: expect.closeTo(1, -2),
      ignored: [],
    });
    const outcomes = events
      .filter(({ event }) => event === 'ended')
      .map(({ outcome }): string => outcome)
      .toSorted();
    expect(outcomes).toEqual(['failed', 'succeeded', 'succeeded']);
  });

  it('try: one trial, here, with its log; no ledger and no leftover', async ({ lab }) => {
    lab.write(
      'sweep.yaml',
      shellSweep(`echo "epoch 1"; ${printsScore}`, 'grid: {x: [7, 8]}\nreplicates: 3\n'),
    );
    const { code, out, err } = await lab.labsweep('try', 'sweep.yaml');
    expect({ code, out }).toEqual({ code: exitCode.done, out: '{"score":7}\n' });
    expect(err).toContain('epoch 1\n{"score": 7}\nsucceeded, after …\n');
    expect(lab.files().filter((file) => /ledger|labsweep-try/.test(file))).toEqual([]);
  });

  it('try of a program that fails says how, and of no ledger', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep('echo "no such layer" >&2; exit 3', 'grid: {x: [7, 8]}\n'));
    const { code, out, err } = await lab.labsweep('try', 'sweep.yaml');
    expect({ code, out }).toEqual({ code: exitCode.failedInPart, out: '' });
    expect(err).toMatch(/\nno such layer\nfailed: ended with exit code 3: no such layer, after …\n$/);
  });

  it('Ctrl-C ends a try and its trial', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep('echo ready; sleep 1000', 'grid: {x: [7, 8]}\n'));
    const attempt = lab.type('try', 'sweep.yaml');
    await until('the log', () => attempt.said.err.includes('ready\n'));
    attempt.child.kill('SIGINT');
    expect(await attempt.ended).toMatchObject({
      code: exitCode.interrupted,
      err: expect.stringMatching(/\nready\n(Terminated\n)?cancelled, after …\n$/),
    });
    expect(lab.processes().filter(({ isAgent }) => !isAgent)).toEqual([]);
    expect(lab.files().filter((file) => /labsweep-try/.test(file))).toEqual([]);
  });

  it('retry --failed, then resume: what failed is tried again, the rest counts', async ({ lab }) => {
    lab.write('bad', '');
    const script = `test $0 = 2 && test -e '${lab.path('bad')}' && exit 3; ${counts(lab.path('done'))}`;
    lab.write('sweep.yaml', shellSweep(script, 'grid: {x: [1, 2, 3]}\nretries: 0\n'));
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.failedInPart });
    rmSync(lab.path('bad'));
    expect(await lab.labsweep('retry', '--failed')).toEqual({
      code: exitCode.done,
      out: '1 trial queued again\n',
      err: '',
    });
    const { code, err } = await lab.labsweep('resume');
    expect(code).toBe(exitCode.done);
    expect(err).toContain('1 trial trained in …, 2 taken from before.\n');
    expect(lines(lab, 'done')).toEqual(['1', '2', '3']);
    expect(await lab.labsweep('retry', '--failed')).toMatchObject({
      code: exitCode.badInput,
      err: 'no trial has failed.\n',
    });
  });

  it('stop ends what runs, `run` goes on', async ({ lab }) => {
    lab.write(
      'sweep.yaml',
      shellSweep(waitsAt(lab.path('gate'), lab.path('done')), 'grid: {x: [1, 2, 3, 4]}\n'),
    );
    const run = lab.type('run', 'sweep.yaml');
    await until('four trials', () => lines(lab, 'gate.waiting').length === 4);
    expect(await lab.labsweep('stop')).toEqual({ code: exitCode.done, out: 'stopped: toy\n', err: '' });
    expect(await run.ended).toMatchObject({
      code: exitCode.failedInPart,
      err: expect.stringContaining('Sweep toy was stopped by a person; `labsweep resume toy` goes on.\n'),
    });
    await until('the end of what ran', () => lab.processes().every(({ isAgent }) => isAgent));
    lab.write('gate', '');
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    expect(lines(lab, 'done')).toEqual(['1', '2', '3', '4']);
  });

  it('stop after Ctrl-C ends what was left running, and has nothing to do the second time', async ({
    lab,
  }) => {
    lab.write(
      'sweep.yaml',
      shellSweep(waitsAt(lab.path('gate'), lab.path('done')), 'grid: {x: [1, 2, 3, 4]}\n'),
    );
    const run = lab.type('run', 'sweep.yaml');
    await until('four trials', () => lines(lab, 'gate.waiting').length === 4);
    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({ code: exitCode.interrupted });
    expect(await lab.labsweep('stop', 'toy')).toEqual({
      code: exitCode.done,
      out: 'stopped: toy\n',
      err: '',
    });
    expect(lab.processes().filter(({ isAgent }) => !isAgent)).toEqual([]);
    expect(await lab.labsweep('stop')).toMatchObject({ out: 'nothing of toy waits or runs\n' });
  });

  it('an edited sweep file keeps the results of the points that stay', async ({ lab }) => {
    const sweep = (grid: string): string => shellSweep(counts(lab.path('done')), `grid: {x: ${grid}}\n`);
    lab.write('sweep.yaml', sweep('[1, 2, 3]'));
    await lab.labsweep('run', 'sweep.yaml');
    lab.write('sweep.yaml', sweep('[2, 3, 4]'));
    const { code, out, err } = await lab.labsweep('run', 'sweep.yaml', '--prune');
    expect(code).toBe(exitCode.done);
    expect(err).toContain('1 trial trained in …, 2 taken from before.\n');
    expect(out.match(/^\d+ .*$/gm)?.map((row) => row.split(/ +/).slice(0, 2))).toEqual([
      ['1', '4'],
      ['2', '3'],
      ['3', '2'],
    ]);
    expect(lines(lab, 'done')).toEqual(['1', '2', '3', '4']);
  });
});

describe('the sweep of the README', () => {
  const train = 'echo "{\\"val_accuracy\\": 0.$2$LABSWEEP_SEED, \\"args\\": \\"$*\\"}"\n';
  const sweep = `sweep: first
program:
  command: [sh, train.sh, "{args}"]
  files: ./my-model
objective: {metric: val_accuracy, goal: maximize}
grid:
  layers: {from: 3, to: 5}
  dropout: [0.25, 0.5]
replicates: 3
resources: {cpus: 0, hostMemory: 1MB}
`;

  it('goes through plan, try, run, status, why, list and leaderboard', async ({ lab }) => {
    lab.write('my-model/train.sh', train);
    lab.write('sweep.yaml', sweep);
    const told = async (...args: string[]): Promise<string> => {
      const { code, out, err } = await lab.labsweep(...args);
      expect({ code, stack: stackOf(err) }, err).toEqual({ code: exitCode.done, stack: null });
      return out;
    };
    expect(await told('plan', 'sweep.yaml')).toContain(
      'first: 6 points x 3 replicates = 18 trials, 0 of them done\n',
    );
    expect(JSON.parse(await told('try', 'sweep.yaml'))).toMatchObject({ args: '--layers 3 --dropout 0.25' });
    expect(await told('run', 'sweep.yaml')).toMatch(/^1 +1–\d +0\.5200 /m);
    expect(await told('status')).toMatch(/^first: done, 18 succeeded/);
    expect(await told('why')).not.toBe('');
    expect((await told('list')).match(/succeeded/g)).toHaveLength(18);
    const { rows } = JSON.parse(await told('leaderboard', '--json'));
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({
      rank: 1,
      params: { layers: 5 },
      replicates: { done: 3, declared: 3 },
      metrics: { val_accuracy: { mean: expect.closeTo(0.52, 6), low: expect.closeTo(0.4952, 3) } },
    });
  });
});

describe('every command', () => {
  it('has a --help with an example', async ({ lab }) => {
    const { out } = await lab.labsweep('--help');
    const verbs = [...out.matchAll(/^ {2}([a-z]+) [[<]/gm)].map(([, verb = '']) => verb);
    expect(verbs).toEqual(
      expect.arrayContaining(['init', 'plan', 'try', 'run', 'resume', 'stop', 'leaderboard']),
    );
    const helps = await Promise.all(
      verbs.filter((verb) => verb !== 'help').map((verb) => lab.labsweep(verb, '--help')),
    );
    for (const help of helps)
      expect(help).toMatchObject({
        code: exitCode.done,
        err: '',
        out: expect.stringMatching(/\nExamples?:\n {2}labsweep /),
      });
  });
});

describe('P3 a program whose files changed since results were earned with them', () => {
  async function changed(lab: Lab): Promise<void> {
    const train = `echo $1 >> '${lab.path('done')}'; printf '{"score": %s}\\n' $1\n`;
    lab.write('model/train.sh', train);
    lab.write(
      'sweep.yaml',
      'sweep: toy\nprogram: {command: [sh, train.sh, "{x}"], files: ./model}\n' +
        'objective: {metric: score, goal: maximize}\nresources: {cpus: 0}\ngrid: {x: [1, 2]}\n',
    );
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    lab.write('model/train.sh', `${train}# better\n`);
  }

  it('is refused without a decision, and both are named', async ({ lab }) => {
    await changed(lab);
    expect(await lab.refused('run', 'sweep.yaml')).toMatch(
      /^the files of sh train\.sh changed since 2 results of sweep toy \(\w{8} → \w{8}\); changed: train\.sh\.\nSay --keep .*, or --fresh .*\.\n$/,
    );
  });

  it('--keep goes on with the results, --fresh trains anew', async ({ lab }) => {
    await changed(lab);
    const kept = await lab.labsweep('run', 'sweep.yaml', '--keep');
    expect(kept).toMatchObject({
      code: exitCode.done,
      err: expect.stringContaining('0 trials trained in …, 2 taken from before.'),
    });
    expect(lines(lab, 'done')).toEqual(['1', '2']);
    const fresh = await lab.labsweep('run', 'sweep.yaml', '--fresh');
    expect(fresh).toMatchObject({
      code: exitCode.done,
      err: expect.stringContaining('2 trials trained in …, 0 taken from before.'),
    });
    expect(lines(lab, 'done')).toEqual(['1', '1', '2', '2']);
  });
});

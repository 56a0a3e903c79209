import { spawnSync } from 'node:child_process';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, type TypedOnTerminal, until } from './lab.ts';
import { printsScore, shellSweep, waitsAt } from './sweeps.ts';
import { stackOf } from './told.ts';

const ctrlC = '\u0003';
const comesBack = /`labsweep resume(?: toy)?` .*`labsweep stop toy` ends (?:them|it)\./s;

/** This machine's own, where it is older than labsweep needs. */
const oldNode =
  ['/usr/bin/node', '/usr/local/bin/node'].find((node) => {
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 24) < 24;
  }) ?? null;

const writeSweep = (lab: Lab): void =>
  void lab.write(
    'sweep.yaml',
    shellSweep(`echo up; ${waitsAt(lab.path('gate'), lab.path('done'))}`, 'grid: {x: [1, 2, 3]}\n'),
  );

/** Types a command on a terminal and waits until a trial runs and the terminal shows it. */
async function underWay(lab: Lab, ...args: readonly string[]): Promise<TypedOnTerminal> {
  const typed = lab.typeOnTerminal(...args);
  const seen = (): string => typed.said.out + typed.said.err;
  await until('a trial that runs', () => lab.read('gate.waiting') !== '', seen);
  await until('a screen that shows it', () => /running|following/.test(typed.said.out), seen);
  return typed;
}

/** What runs on the terminal, not what holds the terminal. */
const coordinatorOf = (lab: Lab): number =>
  lab.processes().find(({ command }) => /^\S*node \S+labsweep\.js run/.test(command))?.pid ?? 0;

/** The cursor is to be seen again. */
function expectSane({ said }: TypedOnTerminal): void {
  const hidden = said.out.lastIndexOf('\u001b[?25l');
  expect(said.out.lastIndexOf('\u001b[?25h'), said.out).toBeGreaterThanOrEqual(hidden);
}

async function expectLeft(lab: Lab): Promise<void> {
  expect(lab.processes().some(({ isAgent }) => !isAgent)).toBe(true);
  expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
  lab.write('gate', '');
  expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.done });
  expect(lab.read('done').split('\n').filter(Boolean).toSorted()).toEqual(['1', '2', '3']);
}

describe('Ctrl-C on a terminal', { timeout: 60_000 }, () => {
  it.for(['run', 'resume'])('once in %s says how to come back and how to stop', async (verb, { lab }) => {
    writeSweep(lab);
    if (verb === 'resume') {
      const first = await underWay(lab, 'run', 'sweep.yaml');
      first.child.kill('SIGKILL');
      await first.ended;
    }
    const typed = await underWay(lab, ...(verb === 'run' ? ['run', 'sweep.yaml'] : ['resume']));
    typed.press(ctrlC);
    const { code, out } = await typed.ended;
    expect(code, out).toBe(exitCode.interrupted);
    expect(out).toMatch(comesBack);
    expectSane(typed);
    await expectLeft(lab);
  });

  it('twice ends at once, with the cursor back and the ledger whole', async ({ lab }) => {
    writeSweep(lab);
    const typed = await underWay(lab, 'run', 'sweep.yaml');
    typed.press(ctrlC);
    await until('the first one', () => typed.said.out.includes('^C'));
    typed.press(ctrlC);
    const { code } = await typed.ended;
    expect(code).toBe(exitCode.interrupted);
    expectSane(typed);
    await expectLeft(lab);
  });

  it('with --json ends with the last event', async ({ lab }) => {
    writeSweep(lab);
    const typed = lab.typeOnTerminal('run', 'sweep.yaml', '--json');
    await until('a trial that runs', () => lab.read('gate.waiting') !== '');
    typed.press(ctrlC);
    const { code, out } = await typed.ended;
    expect(code).toBe(exitCode.interrupted);
    expect(out).toContain('{"event":"end"');
    expect(out).toMatch(comesBack);
    await expectLeft(lab);
  });

  it('in a run that follows another one leaves that one alone', async ({ lab }) => {
    writeSweep(lab);
    const first = await underWay(lab, 'run', 'sweep.yaml');
    const second = await underWay(lab, 'run', 'sweep.yaml');
    second.press(ctrlC);
    const { code, out } = await second.ended;
    expect(code).toBe(exitCode.interrupted);
    expect(out).toMatch(/toy goes on in process PID\./);
    expect(out).toMatch(comesBack);
    expectSane(second);
    lab.write('gate', '');
    expect(await first.ended).toMatchObject({ code: exitCode.done });
  });

  it.for([
    [['logs', '-f', 'x=1'], /Trial \w+ goes on on here\.\s+`labsweep logs -f \w+` comes back to it/],
    [['status', '--watch'], /toy goes on as before\.\s+`labsweep status --watch` looks again/],
  ] as const)('in %j says that it was a look only', async ([args, words], { lab }) => {
    writeSweep(lab);
    const run = await underWay(lab, 'run', 'sweep.yaml');
    await until('each trial', () => lab.read('gate.waiting').split('\n').length === 4);
    const typed = lab.typeOnTerminal(...args);
    await until('a look', () => /up|running/.test(typed.said.out));
    typed.press(ctrlC);
    const { code, out } = await typed.ended;
    expect(code, out).toBe(exitCode.interrupted);
    expect(out).toMatch(words);
    expectSane(typed);
    lab.write('gate', '');
    expect(await run.ended).toMatchObject({ code: exitCode.done });
  });

  it('in a try ends its trial', async ({ lab }) => {
    writeSweep(lab);
    const typed = lab.typeOnTerminal('try', 'sweep.yaml');
    await until('the trial', () => lab.read('gate.waiting') !== '');
    typed.press(ctrlC);
    expect(await typed.ended).toMatchObject({ code: exitCode.interrupted });
    expect(lab.processes().filter(({ isAgent }) => !isAgent)).toEqual([]);
    expect(lab.read('done')).toBe('');
  });
});

describe('a question that a command asks', { timeout: 60_000 }, () => {
  it.for([
    ['Ctrl-C', ctrlC, exitCode.interrupted, 'Interrupted; that counts as a no.'],
    ['Ctrl-D', '\u0004', exitCode.badInput, 'Nothing was changed; '],
  ] as const)('%s is a no', async ([, key, ends, words], { lab }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [2, 3]}\n'));
    const typed = lab.typeOnTerminal('run', 'sweep.yaml');
    await until('the question', () => typed.said.out.includes('yes or no: '));
    typed.press(key);
    const { code, out } = await typed.ended;
    expect({ code, out }).toEqual({ code: ends, out: expect.stringContaining(words) });
    const { rows } = JSON.parse((await lab.labsweep('leaderboard', '--json')).out);
    expect(rows.map(({ params }: { params: object }) => params)).toEqual([{ x: 2 }, { x: 1 }]);
  });
});

describe('the end of what a command was started from', { timeout: 60_000 }, () => {
  it.for(['a hangup', 'SIGTERM'])('%s leaves the trials, and the ledger in order', async (how, { lab }) => {
    writeSweep(lab);
    const typed = await underWay(lab, 'run', 'sweep.yaml');
    if (how === 'a hangup') typed.hangUp();
    else process.kill(coordinatorOf(lab), 'SIGTERM');
    expect(await typed.ended).toMatchObject({ code: exitCode.interrupted });
    // Who ends in order takes its figures of the moment along.
    expect(lab.files()).not.toContain('.labsweep/live.json');
    await expectLeft(lab);
  });

  it.skipIf(oldNode === null)(
    'an older Node, which has started this one, does not crash',
    async ({ lab }) => {
      lab.installedNode = oldNode ?? '';
      writeSweep(lab);
      const typed = await underWay(lab, 'run', 'sweep.yaml');
      typed.hangUp();
      // Not by SIGABRT or SIGSEGV.
      expect(await typed.ended).toMatchObject({ code: 'SIGHUP' });
      expect(lab.files()).not.toContain('.labsweep/live.json');
      await expectLeft(lab);
    },
  );

  it('a reader that has gone is nothing to complain of', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: {from: 1, to: 30}}\n'));
    const typed = lab.type('run', 'sweep.yaml', '--json');
    typed.child.stdout?.once('data', () => typed.child.stdout?.destroy());
    const { err } = await typed.ended;
    expect(stackOf(err)).toBeNull();
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
  });
});

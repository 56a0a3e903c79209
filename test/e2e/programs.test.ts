import { chmodSync, statSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, until } from './lab.ts';
import { printsScore, shellSweep } from './sweeps.ts';
import { stackOf, type Told } from './told.ts';

/** Runs a sweep of this program over `grid`, and holds that no stack is shown. */
async function run(lab: Lab, script: string, rest = 'grid: {x: [1, 2, 3, 4]}\n'): Promise<Told> {
  lab.write('sweep.yaml', shellSweep(script, rest));
  const told = await lab.labsweep('run', 'sweep.yaml');
  expect(stackOf(told.err)).toBeNull();
  return told;
}

const alone = 'grid: {x: [1]}\nretries: 0\n';

describe.concurrent('a program that does not do what it should', () => {
  it('does not exist: the sweep stops and says where it was looked for; once it is there, `run` goes on', async ({
    lab,
  }) => {
    const sweep = shellSweep('', 'grid: {x: [1, 2, 3, 4]}\n').replace(
      /command: .*/,
      `command: [${lab.path('train')}, '{x}']`,
    );
    lab.write('sweep.yaml', sweep);
    const missing = await lab.labsweep('run', 'sweep.yaml');
    expect(missing.code).toBe(exitCode.failedInPart);
    expect(missing.err).toContain('x=1 on here did not start: there is no program LAB/train on this host');
    expect(missing.err).toContain('Sweep toy was stopped: its first trials failed in the same way.\n');

    chmodSync(lab.write('train', '#!/bin/sh\nprintf \'{"score": %s}\\n\' "$1"\n'), 0o755);
    const there = await lab.labsweep('run', 'sweep.yaml');
    expect(there).toMatchObject({ code: exitCode.done, out: expect.stringMatching(/^1 {2}4 .*\n2 {2}3 /m) });
  });

  it('exits 1 in every trial: the sweep stops early and shows the end of the log', async ({ lab }) => {
    const { code, err, out } = await run(lab, 'echo "ImportError: no module named torch" >&2; exit 1');
    expect({ code, out }).toEqual({ code: exitCode.failedInPart, out: '' });
    expect(err).toContain('x=1 on here failed: ended with exit code 1: ImportError: no module named torch');
    expect(err).toMatch(
      /Sweep toy was stopped: its first trials failed in the same way\.\n {4}failed: ended with exit code 1.*\n {4}ImportError: no module named torch\nOnce that is mended, (`labsweep retry toy --failed` and then )?the same `labsweep run` of sweep\.yaml goes on\.\n$/,
    );
  });

  it('exits 7 at one point: it is tried twice, the others count, and how to go on is said', async ({
    lab,
  }) => {
    const { code, err, out } = await run(lab, `test $0 = 1 && { echo "bad luck"; exit 7; }; ${printsScore}`);
    expect(code).toBe(exitCode.failedInPart);
    expect(err).toContain('x=1 on here failed: ended with exit code 7: bad luck (will be tried again)\n');
    expect(err).toContain('x=1 on here failed: ended with exit code 7: bad luck (given up)\n');
    expect(err).toContain(
      '1 failed: `labsweep list toy --failed` shows them, `labsweep retry toy --failed && labsweep resume toy` tries them again.\n',
    );
    expect(out).toMatch(/Without a result, 1 of 4 points:\n {2}x=1: 1 failed/);
  });

  it('is given an argument that is too long: that trial fails, and nobody blames its host', async ({
    lab,
  }) => {
    // How long all arguments together may be is each host's own (a quarter of `ulimit -s`).
    const long = 'x'.repeat(120 * 1024);
    const values = JSON.stringify([1, 2, 3, ...Array.from({ length: 2 }, (_, n) => `${long}${n}`)]);
    const often = Array.from({ length: 20 }, () => "'{x}'").join(', ');
    const text = shellSweep('printf \'{"score": 1}\\n\'', `grid: {x: ${values}}\n`);
    lab.write('sweep.yaml', text.replace("'{x}'", often));
    const { code, err } = await lab.labsweep('run', 'sweep.yaml');
    expect(code).toBe(exitCode.failedInPart);
    expect(err.split('could not be started: its arguments and its environment are too long').length).toBe(5);
    expect(err).toContain('2 failed: `labsweep list toy --failed`');
    expect((await lab.labsweep('hosts', 'list')).out).not.toContain('quarantined');
  });

  it('is given a value or a variable that no system takes: the file is refused at its place', async ({
    lab,
  }) => {
    const long = 'x'.repeat(128 * 1024);
    lab.write('sweep.yaml', shellSweep('true', `grid: {x: [1, ${long}]}\n`));
    expect(await lab.refused('run', 'sweep.yaml')).toMatch(
      /sweep\.yaml:\d+:\d+ {2}grid\.x\[1\]: is longer than the 131,071 bytes/,
    );
    const env = shellSweep('true', 'grid: {x: [1]}\n').replace('objective', `  env: {A: ${long}}\nobjective`);
    lab.write('sweep.yaml', env);
    expect(await lab.refused('run', 'sweep.yaml')).toContain('program.env.A: is longer than');
    // Read from a file it may be as long as it likes.
    const read = shellSweep('test -s $0 && printf \'{"score": 1}\\n\'', `grid: {x: [${long}]}\n`);
    lab.write('sweep.yaml', read.replace('{x}', '{params}'));
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
  });

  it('is given a NUL: the file is refused at its place', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep('true', 'grid: {x: [1, "a\\0b"]}\n'));
    const err = await lab.refused('run', 'sweep.yaml');
    expect(err).toMatch(/sweep\.yaml:\d+:\d+ {2}grid\.x\[1\]: has a NUL character/);
    lab.write('sweep.yaml', shellSweep('true', 'grid: {x: [1]}\n'));
    lab.inventory(2, { env: { A: 'a\0b' } });
    expect(await lab.refused('run', 'sweep.yaml')).toMatch(
      /inventory\.json:1:\d+ {2}hosts\[0\]\.env\.A: has a NUL/,
    );
  });

  it('prints garbage: it is said so, and nothing of it reaches the terminal as a command', async ({
    lab,
  }) => {
    const bytes = String.raw`printf '\033]0;owned\007\033[2J\000\377 10%%\r 20%%\r{score: }\n'`;
    const { code, err } = await run(lab, bytes);
    expect(code).toBe(exitCode.failedInPart);
    expect(err).toContain('failed: score is "{score: }" in its result, not a number');
    expect(err).toContain('\n    {score: }\n');
    expect(lab.lastRaw).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it.for([
    ['another metric', `echo '{"scor": 3}'`, 'failed: its result has no score, only scor'],
    ['nothing', 'true', 'failed: ended without a result: it reported no line and printed no JSON with score'],
  ] as const)('prints %s: that is no result', async ([, script, complaint], { lab }) => {
    const { code, err, out } = await run(lab, script, 'grid: {x: [1, 2]}\n');
    expect({ code, out }).toEqual({ code: exitCode.failedInPart, out: '' });
    expect(err).toContain(complaint);
  });

  it('prints 300 MB: the log keeps head and tail, and the result at its end counts', async ({ lab }) => {
    const script = `echo first; yes 0123456789012345678901234567890 | head -c 300000000; ${printsScore}`;
    expect(await run(lab, script, alone)).toMatchObject({ code: exitCode.done });
    const logs = lab.files().filter((file) => /\/runs\/[^/]+\/log$/.test(file));
    expect(logs.map((file) => statSync(lab.path(file)).size <= 64 * 2 ** 20)).toEqual([true]);
    expect(lab.read(logs[0] ?? '')).toMatch(
      /^first\n[\d\n]+\[labsweep left out \d+ bytes of this log\]\n[\d\n]+\{"score": 1\}\n$/,
    );
  });

  it('never ends: its timeout ends it', async ({ lab }) => {
    const { code, err } = await run(lab, 'sleep 1000', `${alone}timeout: 1 s\n`);
    expect(code).toBe(exitCode.failedInPart);
    expect(err).toContain('x=1 on here ended at its timeout of 1 s (given up)\n');
  });

  it('ignores SIGTERM: it is killed after its grace', async ({ lab }) => {
    const script = `trap '' TERM; echo ready; while :; do sleep 1000; done`;
    const { code, err } = await run(lab, script, `${alone}timeout: 1 s\n`);
    expect(code).toBe(exitCode.failedInPart);
    expect(err).toContain('x=1 on here ended at its timeout of 1 s (given up)\n');
    expect(lab.processes().filter(({ isAgent }) => !isAgent)).toEqual([]);
  });

  it('leaves children behind, in its session and out of it: none survives', async ({ lab }) => {
    const { code } = await run(lab, `sleep 1000 & setsid sleep 1000 & ${printsScore}`, 'grid: {x: [1, 2]}\n');
    expect(code).toBe(exitCode.done);
    await until('the end of all children', () => lab.processes().every(({ isAgent }) => isAgent));
  });
});

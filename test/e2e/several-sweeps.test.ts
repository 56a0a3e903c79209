/** Verbs about one sweep of several: each says which it means, and opens none that a person has stopped. */
import { existsSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { Gated } from './gated.ts';
import { it, type Lab, until } from './lab.ts';

/** Two sweeps of two trials each run in one coordinator, at their gates. */
async function twoRun(lab: Lab) {
  lab.patienceMs = 60_000;
  const a = new Gated(lab, 'a', [1, 2]);
  const b = new Gated(lab, 'b', [11, 12]);
  const first = lab.type('run', 'a.yaml');
  await until('a runs', () => first.said.err.includes('2 running'));
  const second = lab.type('run', 'b.yaml');
  await until('b runs', () => b.begun.length === 2 && second.said.err.includes('2 running'));
  return { a, b, first, second };
}

describe.for(['stop', 'pause'])('%s without a name', { timeout: 240_000 }, (verb) => {
  it('lists several, takes the only one, and all where that is said', async ({ lab }) => {
    const { a, b, first, second } = await twoRun(lab);
    const { code, err } = await lab.labsweep(verb);
    expect({ code, err }).toEqual({
      code: exitCode.badInput,
      err: '2 sweeps are open; name one, or say --all:\n  a: 2 running, 0 waiting\n  b: 2 running, 0 waiting\n',
    });
    expect((await lab.labsweep(verb, 'aa')).err).toContain('did you mean a?');
    expect((await lab.labsweep(verb, 'a', '--all')).code).toBe(exitCode.badInput);
    expect((await lab.labsweep(verb, 'b')).out).toMatch(/^(stopped|paused): b\b/);
    if (verb === 'pause') b.open();
    expect(await second.ended).toMatchObject({
      code: exitCode.failedInPart,
    });
    if (verb === 'stop') expect((await lab.labsweep(verb)).out).toBe('stopped: a\n');
    else expect((await lab.labsweep(verb, '--all')).out).toMatch(/^paused: a;/);
    a.open();
    expect((await first.ended).code).toBe(exitCode.failedInPart);
  });
});

describe('retry --failed', { timeout: 240_000 }, () => {
  it('queues what failed, and opens no sweep that a person has stopped', async ({ lab }) => {
    const sweep = (name: string, x: number): string =>
      `sweep: ${name}\nprogram: {command: [sh, -c, 'test $0 -gt ${x} || exit 3; test -e ${lab.path('gate')} || sleep 60; echo $0 >>${lab.path('done')}; echo "{\\"score\\": $0}"', '{x}']}\n` +
      `objective: {metric: score, goal: maximize}\nresources: {cpus: 0}\nretries: 0\ngrid: {x: [${x}, ${x + 1}]}\n`;
    lab.write('a.yaml', sweep('a', 1));
    lab.write('b.yaml', sweep('b', 11));
    const b = lab.type('run', 'b.yaml');
    await until(
      'one fails',
      () => b.said.err.includes('1 running, 1 failed'),
      () => b.said.err,
    );
    expect((await lab.labsweep('stop')).out).toBe('stopped: b\n');
    await b.ended;
    lab.write('gate', '');
    expect(await lab.labsweep('run', 'a.yaml')).toMatchObject({ code: exitCode.failedInPart });

    expect((await lab.labsweep('retry', 'a', '--failed')).out).toBe('1 trial queued again\n');
    expect((await lab.labsweep('retry', '--failed')).out).toBe(
      '1 trial queued again\nsweep b was stopped by a person and stays so: `labsweep resume b` goes on with it\n',
    );
    lab.write('a.yaml', sweep('a', 1));
    await lab.labsweep('resume');
    expect(lab.read('done')).toBe('2\n');
    expect((await lab.labsweep('status')).out).toMatch(/^b: stopped/m);
    await lab.labsweep('resume', 'b');
    expect(lab.read('done')).toBe('2\n12\n');
  });
});

describe('priority', { timeout: 240_000 }, () => {
  it('has an urgent sweep go first at the next end, and one that can wait go last', async ({ lab }) => {
    lab.patienceMs = 60_000;
    const sweep = (name: string, count: number): string =>
      lab.write(
        `${name}.yaml`,
        `program: {command: [sh, -c, 'sleep 0.5; echo ${name} >>${lab.path('done')}; echo "{\\"score\\": $0}"', '{x}']}\n` +
          `objective: {metric: score, goal: maximize}\nresources: {cpus: 1, gpus: 0}\ngrid: {x: {from: 1, to: ${count}}}\n`,
      );
    sweep('usual', 60);
    sweep('later', 3);
    sweep('urgent', 3);
    const done = (): string[] => (existsSync(lab.path('done')) ? lab.read('done').trim().split('\n') : []);
    const usual = lab.type('run', 'usual.yaml');
    await until('some have ended', () => done().length >= 4);
    const later = lab.type('run', 'later.yaml', '--set', 'priority=-1');
    await until('it is handed over', () => later.said.err.includes('later'));
    const urgent = lab.type('run', 'urgent.yaml', '--set', 'priority=10');
    expect((await urgent.ended).code).toBe(exitCode.done);
    // Nearly all of the backlog that lay on the host before it waits still.
    expect(done().filter((name) => name === 'usual').length).toBeLessThan(45);
    expect((await lab.labsweep('status')).out).toMatch(/^later: open, priority -1, 3 waiting/m);
    for (const run of [usual, later]) expect((await run.ended).code).toBe(exitCode.done);
    expect(done().slice(-3)).toEqual(['later', 'later', 'later']);
  });
});

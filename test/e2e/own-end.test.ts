/** A run ends with the sweep that it was asked for, whatever else the ledger or its coordinator has. */
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { Gated } from './gated.ts';
import { it, type Lab, type Typed, until } from './lab.ts';

const coordinators = (lab: Lab) => lab.processes().filter(({ command }) => command.includes(' coordinate '));
const saysOf = (run: Typed, words: string): Promise<void> =>
  until(
    words,
    () => run.said.err.includes(words),
    () => run.said.err,
  );

/** A lab whose only host is off. */
const nobody = (lab: Lab): string =>
  lab.write('off.json', '{"hosts": [{"name": "here", "transport": "local", "off": "PSU broken"}]}');

/** The first of these runs in a terminal, with all its trials at the gate. */
async function running(lab: Lab, sweep: Gated, count: number, file = 'a.yaml'): Promise<Typed> {
  const run = lab.type('run', file);
  await until(
    `${count} run`,
    () => sweep.begun.length === count && run.said.err.includes(`${count} running`),
    () => run.said.err,
  );
  return run;
}

describe('P3 a run of one sweep, with another that was left open', { timeout: 240_000 }, () => {
  it('takes in what that one has on hosts, leases nothing more of it, and names it', async ({ lab }) => {
    lab.patienceMs = 60_000;
    lab.inventory(1);
    const b = new Gated(lab, 'b', [11, 12, 13, 14]);
    const a = new Gated(lab, 'a', [1, 2]);
    const left = await running(lab, b, 1, 'b.yaml');
    left.child.kill('SIGINT');
    expect((await left.ended).code).toBe(exitCode.interrupted);

    const run = lab.type('run', 'a.yaml');
    await saysOf(run, 'is not asked for now: b (`labsweep resume b`).');
    const { coordinator, sweeps } = JSON.parse((await lab.labsweep('status', '--json')).out);
    expect({ coordinator, sweeps }).toMatchObject({
      coordinator: { pid: run.child.pid },
      sweeps: [
        { sweep: 'b', asked: false },
        { sweep: 'a', asked: true },
      ],
    });
    const why = (await lab.labsweep('why')).out;
    expect(why).toContain('not asked for: `labsweep resume b` goes on with it');
    b.open();
    a.open();
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect(a.done).toEqual([1, 2]);
    // One ran and one waited there.
    expect(b.done).toHaveLength(2);
    expect((await lab.labsweep('status')).out).toMatch(/^b: open, 2 succeeded, 2 waiting$/m);
    expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.done });
    expect(b.done).toEqual([11, 12, 13, 14]);
  });

  it('ends as well where that one fits no host', async ({ lab }) => {
    lab.patienceMs = 60_000;
    const b = new Gated(lab, 'b', [11], 'resources: {cpus: 0, hostMemory: 900 TB}\n');
    const a = new Gated(lab, 'a', [1]);
    expect(await lab.labsweep('run', 'b.yaml')).toMatchObject({ code: exitCode.noHost });
    a.open();
    expect(await lab.labsweep('run', 'a.yaml')).toMatchObject({ code: exitCode.done });
    expect({ a: a.done, b: b.begun }).toEqual({ a: [1], b: [] });
  });
});

describe('P2 P3 a coordinator that was handed another sweep', { timeout: 240_000 }, () => {
  it('ends with its own; the other goes on in the background, without its terminal', async ({ lab }) => {
    lab.patienceMs = 60_000;
    const a = new Gated(lab, 'a', [1, 2]);
    const b = new Gated(lab, 'b', [11, 12]);
    const run = await running(lab, a, 2);
    expect(await lab.labsweep('run', 'b.yaml', '--detach')).toMatchObject({ code: exitCode.done });
    a.open();
    const { code, err } = await run.ended;
    expect({ code, err }).toMatchObject({
      code: exitCode.done,
      err: expect.stringMatching(/^b goes on in the background \(process PID\), .*coordinator\.log how\.$/m),
    });
    expect(coordinators(lab)).toHaveLength(1);
    const c = new Gated(lab, 'c', [21]);
    expect(await lab.labsweep('run', 'c.yaml', '--detach')).toMatchObject({ code: exitCode.done });
    b.open();
    await until('b is done', () => b.done.length === 2);
    expect(coordinators(lab)).toHaveLength(1);
    c.open();
    await until('nobody coordinates', () => coordinators(lab).length === 0);
    expect({ b: b.begun, c: c.done }).toEqual({ b: [11, 12], c: [21] });
  });

  it('is left by Ctrl-C: what the other terminal follows goes on', async ({ lab }) => {
    lab.patienceMs = 60_000;
    const a = new Gated(lab, 'a', [1, 2]);
    const b = new Gated(lab, 'b', [11, 12]);
    const run = await running(lab, a, 2);
    const other = lab.type('run', 'b.yaml');
    await saysOf(other, 'following it');
    run.child.kill('SIGINT');
    const { code, err } = await run.ended;
    expect({ code, err }).toMatchObject({
      code: exitCode.interrupted,
      err: expect.stringContaining('`labsweep stop a` ends them.\nb goes on in'),
    });
    b.open();
    expect(await other.ended).toMatchObject({ code: exitCode.done });
    // Nobody asks for it any more, and nothing of it was ended.
    expect({ a: a.begun, b: b.begun }).toEqual({ a: [1, 2], b: [11, 12] });
    a.open();
    expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.done });
    expect(a.begun).toEqual([1, 2]);
  });

  it('tells the other terminal that no host fits, and goes on with its own', async ({ lab }) => {
    lab.patienceMs = 60_000;
    const a = new Gated(lab, 'a', [1]);
    const b = new Gated(lab, 'b', [11], 'resources: {cpus: 0, hostMemory: 900 TB}\n');
    const run = await running(lab, a, 1);
    const { code, err } = await lab.labsweep('run', 'b.yaml');
    expect({ code, err }).toMatchObject({
      code: exitCode.noHost,
      err: expect.stringMatching(/^here: needs 819 TiB .*\nNo host can go on with 1 trial of b \(x=11\); /m),
    });
    a.open();
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect({ a: a.done, b: b.begun }).toEqual({ a: [1], b: [] });
  });
});

describe('P3 a run of trials that another sweep has as well', { timeout: 240_000 }, () => {
  it.for([
    ['run', 'a.yaml'],
    ['resume', 'a'],
  ])('%j gives them what its own file says', async (words, { lab }) => {
    const a = new Gated(lab, 'a', [1, 2]);
    expect(await lab.labsweep('run', 'a.yaml', '--limit', '1', '--inventory', nobody(lab))).toMatchObject({
      code: exitCode.noHost,
    });
    const file = lab.read('a.yaml').replace('sweep: a', 'sweep: large');
    lab.write('large.yaml', file.replace('cpus: 0', 'cpus: 0, hostMemory: 900 TB'));
    expect(await lab.labsweep('run', 'large.yaml')).toMatchObject({ code: exitCode.noHost });
    a.open();
    const { code, err } = await lab.labsweep(...words);
    expect({ code, err }).toMatchObject({ code: exitCode.done });
    // A smaller run that is gone on with stays one.
    expect(a.done).toEqual(words[0] === 'run' ? [1, 2] : [1]);
  });
});

describe('a run of which some trials fit no host', { timeout: 240_000 }, () => {
  it('ends as failed in part once the rest is done, and names them', async ({ lab }) => {
    const a = new Gated(lab, 'a', [1, 2, 3]);
    a.open();
    expect(await lab.labsweep('run', 'a.yaml', '--limit', '2')).toMatchObject({ code: exitCode.done });
    a.write([1, 2, 3], 'resources: {cpus: 0, hostMemory: 900 TB}\n');
    const { code, err } = await lab.labsweep('run', 'a.yaml');
    expect({ code, err }).toMatchObject({
      code: exitCode.failedInPart,
      err: expect.stringMatching(/No host can go on with 1 trial of a \(x=3\); its file may ask for less/),
    });
  });
});

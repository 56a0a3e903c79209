import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, until } from './lab.ts';
import { counts, printsScore, shellSweep, waitsAt } from './sweeps.ts';
import { stackOf, type Told } from './told.ts';

const ledger = '.labsweep/ledger.db';

/** Runs a sweep to its end, then does something to its ledger. */
async function afterRun(lab: Lab, sql: string): Promise<void> {
  lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
  expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
  const db = new DatabaseSync(lab.path(ledger));
  db.exec(sql);
  db.close();
}

const hashOf = (lab: Lab): string =>
  createHash('sha256')
    .update(readFileSync(lab.path(ledger)))
    .digest('hex');

describe('a ledger that this command may not write', () => {
  it('of a newer labsweep is refused by every verb, and stays as it is', async ({ lab }) => {
    await afterRun(lab, 'PRAGMA user_version = 99');
    const before = hashOf(lab);
    const complaint =
      'LAB/.labsweep/ledger.db was written by a newer labsweep: its version is 99, this one knows versions up to 3. ' +
      'Update labsweep on this machine; nothing was changed.\n';
    for (const args of [['run', 'sweep.yaml'], ['plan', 'sweep.yaml'], ['resume'], ['status'], ['stop']])
      expect(await lab.refused(...args)).toBe(complaint);
    expect(hashOf(lab)).toBe(before);
  });

  it('that a process on another machine holds: its holder is named, and how to take its place', async ({
    lab,
  }) => {
    const holder = {
      machine: 'another',
      hostname: 'oak',
      pid: 4242,
      startTime: '1',
      bootId: 'b',
      pidNamespace: null,
      since: 0,
    };
    await afterRun(lab, `INSERT INTO lock (id, token, holder) VALUES (1, 't', '${JSON.stringify(holder)}')`);
    expect(await lab.refused('run', 'sweep.yaml')).toBe(
      'process PID on oak holds the ledger, which can be asked only there. ' +
        'If it has ended for good, `labsweep resume --break-lock` takes its place.\n',
    );
    expect(await lab.labsweep('resume', '--break-lock')).toMatchObject({ code: exitCode.done });
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
  });
});

describe('a second `run` while one runs in the same state folder', () => {
  /** Two sweeps whose trials wait for the file `gate`; the first runs. */
  async function firstRuns(lab: Lab) {
    const script = waitsAt(lab.path('gate'), lab.path('done'));
    lab.write('a.yaml', shellSweep(script, 'grid: {x: [1, 2]}\n').replace('sweep: toy', 'sweep: a'));
    lab.write('b.yaml', shellSweep(script, 'grid: {x: [3, 4]}\n').replace('sweep: toy', 'sweep: b'));
    const first = lab.type('run', 'a.yaml');
    await until(
      'the first sweep',
      () => first.said.err.includes('2 running'),
      () => first.said.err,
    );
    const second = lab.type('run', 'b.yaml');
    await until(
      'the hand-over',
      () => second.said.err.includes('following it'),
      () => second.said.err,
    );
    return { first, second };
  }

  it('is handed over and followed to its end', async ({ lab }) => {
    const { first, second } = await firstRuns(lab);
    lab.write('gate', '');
    expect(await first.ended).toMatchObject({ code: exitCode.done, out: expect.stringMatching(/^a: score/) });
    const { code, out, err } = await second.ended;
    expect({ code, err: err.split('\n')[0] }).toEqual({
      code: exitCode.done,
      err: 'sweep b runs in the coordinator that holds the ledger (process PID); following it.',
    });
    expect(out).toMatch(/^b: score at the final step, highest first\n\n.*\n1 {2}4 .*\n2 {2}3 /);
    expect(err).toContain('2 trials trained in …, 0 taken from before.\n');
    expect(lab.read('done').trim().split('\n').toSorted()).toEqual(['1', '2', '3', '4']);
  });

  it('takes the place of the one that it follows, should that be killed', async ({ lab }) => {
    const { first, second } = await firstRuns(lab);
    first.child.kill('SIGKILL');
    await until(
      'the new coordinator',
      () => second.said.err.includes('takes its place'),
      () => second.said.err,
    );
    lab.write('gate', '');
    expect(await second.ended).toMatchObject({ code: exitCode.done });
    expect(lab.read('done').trim().split('\n').toSorted()).toEqual(['1', '2', '3', '4']);
  });

  it('may be left by Ctrl-C: its trials go on where they are', async ({ lab }) => {
    const { first, second } = await firstRuns(lab);
    second.child.kill('SIGINT');
    expect(await second.ended).toMatchObject({
      code: exitCode.interrupted,
      err: expect.stringMatching(
        /b goes on in process PID\.\n`labsweep resume b` follows it again, `labsweep stop b` ends it\.\n$/,
      ),
    });
    lab.write('gate', '');
    expect(await first.ended).toMatchObject({ code: exitCode.done });
    await until(
      'the end of b',
      () => !lab.processes().some(({ command }) => command.includes(' coordinate ')),
    );
    expect(lab.read('done').trim().split('\n').toSorted()).toEqual(['1', '2', '3', '4']);
  });
});

const canMount = process.getuid?.() === 0 && process.platform === 'linux';
if (!canMount) console.log('skipped: a full disk under the ledger, which takes root to mount a small one');

describe.runIf(canMount)('a full disk under the state folder', () => {
  const sixty = 'grid: {x: {from: 1, to: 60}}\n';
  const complaint =
    'LAB/.labsweep/ledger.db cannot be written: the disk is full; free some space and run the command again';

  /** A lab whose state folder has so much room while `body` runs. */
  async function withRoom(lab: Lab, size: string, body: () => Promise<void>): Promise<void> {
    mkdirSync(lab.path('.labsweep'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', lab.path('.labsweep')]);
    try {
      await body();
    } finally {
      execFileSync('umount', ['-l', lab.path('.labsweep')]);
    }
  }

  function isFull({ code, err }: Told): void {
    expect({ code, stack: stackOf(err) }, err).toEqual({ code: exitCode.failedInPart, stack: null });
    expect(err).toContain(complaint);
  }

  /** Gives it room, goes on, and holds what ran against the sixty. */
  async function goesOn(lab: Lab, ...verb: readonly string[]): Promise<void> {
    execFileSync('mount', ['-o', 'remount,size=64m', lab.path('.labsweep')]);
    const on = await lab.labsweep(...verb);
    expect(on.code, on.err).toBe(exitCode.done);
    const done = lab.read('done').trim().split('\n').map(Number);
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
  }

  it('in mid-sweep: is said in a sentence, nothing is lost, and `resume` goes on when there is space', async ({
    lab,
  }) => {
    await withRoom(lab, '4m', async () => {
      lab.write('sweep.yaml', shellSweep(waitsAt(lab.path('gate'), lab.path('done')), sixty));
      const run = lab.type('run', 'sweep.yaml');
      await until(
        'the first trials',
        () => /\d+ running/.test(run.said.err),
        () => run.said.err,
      );
      fill(lab.path('.labsweep/filler'));
      lab.write('gate', '');
      isFull(await run.ended);
      await goesOn(lab, 'resume');
    });
  });

  it('before the sweep is declared: `run` starts it when there is space', async ({ lab }) => {
    await withRoom(lab, '60k', async () => {
      lab.write('sweep.yaml', shellSweep(counts(lab.path('done')), sixty));
      isFull(await lab.labsweep('run', 'sweep.yaml'));
      await goesOn(lab, 'run', 'sweep.yaml');
    });
  });
});

/** Takes all the space that is left. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(file);
  }
}

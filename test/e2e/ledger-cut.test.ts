import { mkdirSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { checkLedger } from '../../src/session/ledger/ledger-check.ts';
import { exitCode } from '../../src/cli/exit.ts';
import type { LedgerEvent } from '../../src/ledger/events.ts';
import { openWriter } from '../../src/ledger/store/open-writer.ts';
import { salvage, type Salvage } from '../../src/ledger/store/salvage.ts';
import { read } from '../cli/reading.ts';
import { it, type Lab, until } from './lab.ts';
import { printsScore, shellSweep, waitsAt } from './sweeps.ts';

const sweep = 'sweep.yaml';
const cuts = 'cut';

/** Puts a beginning of a ledger into a state folder, as if nothing had come after it. */
function putBack(lab: Lab, name: string, { events, metrics }: Salvage, length: number): string {
  const folder = lab.path(`${cuts}/${name}`);
  mkdirSync(folder, { recursive: true });
  const beginning = events.slice(0, length);
  const ended = new Set(beginning.flatMap((event) => (event.kind === 'ended' ? [event.attempt] : [])));
  const opened = openWriter(folder, { breakLock: false });
  if (opened.kind !== 'opened') throw new Error(opened.kind);
  opened.writer.commit(
    beginning,
    metrics.filter(({ attempt }) => ended.has(attempt)),
  );
  opened.writer.close();
  return folder;
}

const leaderboard = async (folder: string): Promise<unknown> =>
  JSON.parse((await read('leaderboard', folder, 'toy', '--json', '--state', folder)).out);

const kinds = (events: readonly LedgerEvent[]): Set<string> => new Set(events.map(({ kind }) => kind));

describe('P1 P2 P3 a ledger that was cut', () => {
  it('after each of its records in turn comes to the same leaderboard, on hosts that know its later life', async ({
    lab,
  }) => {
    lab.patienceMs = 60_000;
    // 2 fails once and for a reason of its own, 4 fails whenever it runs, 5 waits until the gate is open.
    const script =
      `case $0 in 2) test -e '${lab.path('tried')}' || { touch '${lab.path('tried')}'; exit 3; };; 4) exit 4;; ` +
      `5) until test -e '${lab.path('gate')}'; do sleep 0.05; done;; esac; ${printsScore}`;
    lab.write(sweep, shellSweep(script, 'grid: {x: [1, 2, 3, 4, 5]}\n'));
    const first = lab.type('run', sweep);
    await until(
      'all but one have ended',
      () => first.said.err.includes('1 running'),
      () => first.said.err,
    );
    expect(await lab.labsweep('stop')).toMatchObject({ code: exitCode.done });
    await first.ended;
    lab.write('gate', '');
    expect(await lab.labsweep('resume', 'toy')).toMatchObject({ code: exitCode.failedInPart });
    expect(await lab.labsweep('retry', '--failed')).toMatchObject({ code: exitCode.done });
    expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.failedInPart });

    const whole = salvage(lab.path('.labsweep/ledger.db'));
    expect([...kinds(whole.events)]).toEqual(
      expect.arrayContaining(['sweep-stopped', 'retry-asked', 'ended']),
    );
    const expected = await leaderboard(lab.path('.labsweep'));
    expect(expected).toMatchObject({
      rows: [5, 3, 2, 1].map((x) => ({ params: { x }, replicates: { done: 1, declared: 1 } })),
      missing: [{ params: { x: 4 }, trials: [{ state: 'failed' }] }],
    });
    for (let length = 1; length <= whole.events.length; length += 1) {
      const last = `${length} of ${whole.events.length}: ${whole.events[length - 1]?.kind}`;
      const folder = putBack(lab, `after-${length}`, whole, length);
      const run = await lab.labsweep('run', sweep, '--state', folder);
      expect(run.code, `${last}\n${run.err}`).toBe(exitCode.failedInPart);
      expect(await leaderboard(folder), last).toEqual(expected);
      expect(checkLedger(`${folder}/ledger.db`).findings, last).toEqual([]);
    }
  }, 240_000);

  it('while what it leased later runs: that is adopted, and each trial is executed once', async ({ lab }) => {
    lab.write(sweep, shellSweep(waitsAt(lab.path('gate'), lab.path('done')), 'grid: {x: [1, 2, 3]}\n'));
    const run = lab.type('run', sweep);
    await until(
      'three start',
      () => lab.read('gate.waiting').trim().split('\n').length === 3 && run.said.err.includes('3 running'),
      () => run.said.err,
    );
    run.child.kill('SIGKILL');
    await run.ended;
    const whole = salvage(lab.path('.labsweep/ledger.db'));
    const leased = whole.events.findIndex(({ kind }) => kind === 'leased');
    const folder = putBack(lab, 'before-the-leases', whole, leased);
    const again = lab.type('run', sweep, '--state', folder);
    await until(
      'they are adopted',
      () => again.said.err.includes('3 running'),
      () => again.said.err,
    );
    lab.write('gate', '');
    const { code, err } = await again.ended;
    expect(code, err).toBe(exitCode.done);
    expect(lab.read('done').trim().split('\n').toSorted()).toEqual(['1', '2', '3']);
    expect(checkLedger(`${folder}/ledger.db`).findings).toEqual([]);
  });
});

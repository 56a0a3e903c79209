import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, type Typed, until } from './lab.ts';
import { shellSweep, waitsAt } from './sweeps.ts';

const points = 6;
const ledger = '.labsweep/ledger.db';

/** Two trials have ended and are acknowledged, two more wait at the gate. */
async function halfWay(lab: Lab): Promise<Typed> {
  lab.inventory(2);
  const script = `if test "$0" -le 2; then echo "$0" >> '${lab.path('done')}'; printf '{"score": %s}\\n' "$0"; exit; fi; `;
  lab.write(
    'sweep.yaml',
    shellSweep(script + waitsAt(lab.path('gate'), lab.path('done')), `grid: {x: {from: 1, to: ${points}}}\n`),
  );
  const run = lab.type('run', 'sweep.yaml');
  await until(
    'two have ended, and two run',
    () => run.said.err.includes('2 succeeded, 2 running') && lab.read('gate.waiting').length === 4,
    () => run.said.err,
  );
  return run;
}

const recovered = (lab: Lab, folder = '.labsweep'): string[] =>
  readdirSync(lab.path(folder))
    .filter((name) => /^ledger-recovered-.*\.db$/.test(name))
    .map((name) => lab.path(`${folder}/${name}`));

/** What the message says to type, as it says it. */
const commandsIn = (err: string): string[][] =>
  (/`(labsweep ledger restore .*)` goes on/.exec(err)?.[1] ?? '')
    .split(' && ')
    .map((line) => line.split(' ').slice(1));

function changed(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

interface Deed {
  readonly what: string;
  readonly said: RegExp;
  readonly act: (lab: Lab) => void;
  /** Where the recovered copy is then. */
  readonly into?: string;
}

const deeds: readonly Deed[] = [
  {
    what: 'the file is removed',
    said: /ledger\.db was removed or moved away while this coordinator wrote it/,
    act: (lab) => rmSync(lab.path(ledger)),
  },
  {
    what: 'the file is moved away',
    said: /ledger\.db was removed or moved away/,
    act: (lab) => renameSync(lab.path(ledger), lab.path('elsewhere.db')),
  },
  {
    what: 'another ledger takes its place',
    said: /Another file took the place of \S+ledger\.db/,
    act: (lab) => renameSync(lab.path('other.db'), lab.path(ledger)),
  },
  {
    what: 'another ledger is copied over it',
    said: /Another program wrote into \S+ledger\.db/,
    act: (lab) => copyFileSync(lab.path('other.db'), lab.path(ledger)),
  },
  {
    what: 'another program removes events by way of SQLite',
    said: /Another program wrote into \S+ledger\.db-wal/,
    act: (lab) => changed(lab.path(ledger), 'DELETE FROM events WHERE seq = 4'),
  },
  {
    what: 'its WAL is removed',
    said: /ledger\.db-wal was removed/,
    act: (lab) => rmSync(lab.path(`${ledger}-wal`)),
  },
  {
    what: "the WAL's index is removed",
    said: /ledger\.db-shm was removed/,
    act: (lab) => rmSync(lab.path(`${ledger}-shm`)),
  },
  {
    what: 'the whole folder is removed',
    said: /ledger\.db was removed or moved away/,
    act: (lab) => rmSync(lab.path('.labsweep'), { recursive: true }),
    into: '.',
  },
];

describe('P1 a ledger that is taken away from its coordinator', () => {
  for (const { what, said, act, into = '.labsweep' } of deeds)
    it(`${what}: it stops, and its copy goes on`, async ({ lab }) => {
      lab.write('other.yaml', shellSweep(`printf '{"score": 1}\\n'`, 'grid: {x: [9]}\n'));
      await lab.labsweep('run', 'other.yaml', '--state', 'other');
      await lab.labsweep('ledger', 'backup', 'other.db', '--state', 'other');
      const other = readFileSync(lab.path('other.db'));
      const run = await halfWay(lab);
      act(lab);
      const ended = await run.ended;
      expect(ended.code, ended.err).toBe(exitCode.failedInPart);
      expect(ended.err).toMatch(said);
      const [copy, ...more] = recovered(lab, into);
      expect(more).toEqual([]);
      expect(run.said.err).toContain(copy);
      expect((await lab.labsweep('ledger', 'verify', copy ?? '')).out).toMatch(/^The ledger is sound/);
      // The one that took its place is nobody's to write, to the byte.
      if (what.startsWith('another ledger'))
        expect(readFileSync(lab.path(ledger)).equals(other), 'the other ledger').toBe(true);

      lab.write('gate', '');
      for (const command of commandsIn(run.said.err)) {
        const typed = await lab.labsweep(...command);
        expect(typed.code, typed.err).toBe(exitCode.done);
      }
      // P1 and P3: each was executed once, and each has its result.
      expect(lab.read('done').trim().split('\n').toSorted()).toEqual(['1', '2', '3', '4', '5', '6']);
      const { rows } = JSON.parse((await lab.labsweep('leaderboard', 'toy', '--json')).out);
      expect(rows).toHaveLength(points);
      expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
    }, 120_000);
});

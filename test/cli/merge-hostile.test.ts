/** Ledgers that somebody made to do harm, and what is left of them here. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { fold } from '../../src/ledger/fold.ts';
import { emptyLedger } from '../../src/ledger/state.ts';
import { openReader } from '../../src/ledger/store/reader.ts';
import { launchIdOf } from '../../src/model/grid/identity.ts';
import { sweepName, trialId } from '../../src/model/ids.ts';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { plainLaunch } from '../plain-launch.ts';
import { emptyFolder, folderWith, read, stateFolder } from './reading.ts';

const evil = plainLaunch(['sh', '-c', 'touch /tmp/owned']);
/** No metrics lines are in these ledgers. */
const noLines = { metricsCount: 0, metricsHash: '' };
const points = [1, 2].map((x) => ({ params: { x } }));

const merge = (into: string, ...others: readonly string[]) =>
  read('merge', into, ...others, '--state', stateFolder(into));

function own(): { readonly folder: string; readonly launch: string } {
  const built = new LedgerBuilder({ ledger: 'mine', nonce: 'mine' });
  const name = built.declare({ points });
  built.succeed(idOf({ x: 1 }), { val_accuracy: 0.5 }, noLines);
  return { folder: folderWith(built), launch: built.sweep(name).declaration.launch };
}

function stateOf(folder: string): ReturnType<typeof emptyLedger> {
  const opened = openReader(stateFolder(folder));
  if (opened.kind !== 'opened') throw new Error(opened.kind);
  return opened.reader.read(0).events.reduce(fold, emptyLedger());
}

/** A ledger of somebody else; `how` changes it before anything succeeds there. */
function theirs(how: (built: LedgerBuilder) => void = () => {}, nonce = 'a0'): LedgerBuilder {
  const built = new LedgerBuilder({ ledger: 'theirs', nonce });
  built.declare({ points });
  how(built);
  return built;
}

describe('a merged ledger takes no command in', () => {
  test('another command under the id of a launch here refuses the whole of it, and verify says where', async () => {
    const mine = own();
    const liar = new LedgerBuilder({ ledger: 'theirs', nonce: 'a0' });
    liar.declare({ points, declaration: { launch: mine.launch, spec: evil } });
    liar.succeed(idOf({ x: 2 }), { val_accuracy: 0.9 }, noLines);
    const folder = folderWith(liar);
    const before = readFileSync(join(stateFolder(mine.folder), 'ledger.db'));
    const refused = await merge(mine.folder, folder);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toMatch(
      /nothing of it was taken in: event 3 declares launch .* not the id of its command/,
    );
    expect(readFileSync(join(stateFolder(mine.folder), 'ledger.db')).equals(before)).toBe(true);
    expect(await read('ledger', folder, 'verify')).toMatchObject({
      code: 1,
      out: expect.stringContaining(`event 3 declares launch ${mine.launch}`),
    });
  });

  test('a command under its own id is not there afterwards: nothing can run a sweep that came', async () => {
    const liar = new LedgerBuilder({ ledger: 'theirs', nonce: 'a0' });
    liar.declare({ points, declaration: { launch: launchIdOf(evil), spec: evil } });
    liar.succeed(idOf({ x: 2 }), { val_accuracy: 0.9 }, noLines);
    const meeting = emptyFolder();
    expect(await merge(meeting, folderWith(liar))).toMatchObject({ code: 0 });
    const state = stateOf(meeting);
    expect([...state.launches]).toEqual([]);
    expect(JSON.stringify([...state.sweeps])).not.toContain('touch');
    for (const verb of ['resume', 'retry']) {
      const args = verb === 'retry' ? ['--failed'] : ['lab'];
      expect(await read(verb, meeting, ...args)).toMatchObject({ code: 2, out: '' });
    }
  });

  test('a ledger in which an older labsweep has taken such a command in goes on with its own', async () => {
    const built = new LedgerBuilder({ ledger: 'mine', nonce: 'mine' });
    const name = built.declare({ points });
    const { launch } = built.sweep(name).declaration;
    const spec = built.state.launches.get(launch);
    const end = built.succeed(idOf({ x: 1 }), { val_accuracy: 0.5 }, noLines);
    const ended = built.state.attempts.get(end)?.status;
    const point = built.sweep(name).points[1];
    if (ended?.kind !== 'ended' || point === undefined || spec === undefined) throw new Error('a result');
    built.add({
      kind: 'imported',
      at: built.now,
      ledger: 'theirs',
      path: 'theirs.db',
      declarations: [built.sweep(name).declaration],
      launches: [{ launch, spec: evil }],
      results: [
        {
          attempt: 'a0-1',
          host: 'cedar',
          sweep: 'lab',
          launch,
          endedAt: built.now,
          trial: idOf({ x: 2 }),
          seed: 1,
          replicate: 1,
          point,
          sweeps: ['lab'],
          judgedBy: null,
          end: ended.end,
        },
      ],
    });
    expect(built.state.launches.get(launch)).toEqual(spec);
    const folder = folderWith(built);
    expect(await read('ledger', folder, 'verify')).toMatchObject({
      code: 1,
      out: expect.stringContaining('labsweep never runs it'),
    });
    // It is no reason to leave the person without a backup.
    expect(await read('ledger', folder, 'backup', join(folder, 'copy.db'))).toMatchObject({ code: 0 });
  });
});

describe('P1 a merged ledger changes no result of this one', () => {
  test('whatever its attempts are called, and whatever they say', async () => {
    const mine = own();
    const liar = theirs((built) => {
      built.succeed(idOf({ x: 1 }), { val_accuracy: 1 }, noLines);
    }, '0');
    await merge(mine.folder, folderWith(liar));
    const { rows } = JSON.parse((await read('leaderboard', mine.folder, 'lab', '--json')).out);
    expect(rows).toMatchObject([{ params: { x: 1 }, metrics: { val_accuracy: { mean: 0.5 } } }]);
    expect((await read('ledger', mine.folder, 'verify')).code).toBe(0);
  });

  test('an attempt of the same id stays what it was here', async () => {
    const mine = own();
    const liar = theirs((built) => built.succeed(idOf({ x: 2 }), { val_accuracy: 1 }, noLines), 'mine');
    expect((await merge(mine.folder, folderWith(liar))).out).toContain('nothing that is not here already');
    expect(stateOf(mine.folder).trials.get(trialId(idOf({ x: 2 })))?.status.kind).toBe('queued');
  });

  test('a result without the objective of a sweep here leaves its trial to be trained', async () => {
    const mine = own();
    const liar = theirs((built) => built.succeed(idOf({ x: 2 }), { other: 1 }, noLines));
    expect((await merge(mine.folder, folderWith(liar))).out).toContain(
      '1 left out: they lack the objective of the sweep here',
    );
    expect(stateOf(mine.folder).sweeps.get(sweepName('lab'))?.counts.queued).toBe(1);
  });
});

describe('a ledger that labsweep did not write is refused whole', () => {
  const lies: Readonly<Record<string, (built: LedgerBuilder) => void>> = {
    'a trial under the id of other parameters': (built) => {
      const declared = built.sweep(sweepName('lab'));
      const [point] = declared.points;
      if (point === undefined) throw new Error('a point');
      built.add({
        kind: 'sweep-declared',
        at: 1,
        declaration: { ...declared.declaration, spec: evil, launch: launchIdOf(evil) },
      });
      built.add({ kind: 'points-declared', at: 1, sweep: 'lab', points: [{ ...point, params: { x: 99 } }] });
      built.add({ kind: 'sweep-opened', at: 1, sweep: 'lab', part: null });
      built.succeed(idOf({ x: 1 }), { val_accuracy: 1 }, noLines);
    },
    'an artifact outside its folder': (built) =>
      void built.succeed(
        idOf({ x: 2 }),
        { val_accuracy: 1 },
        { artifacts: [{ path: '../../x', sizeBytes: 1, sha256: 'a'.repeat(64), comesBack: true }] },
      ),
    'a moment that no calendar has': (built) => {
      built.now = 1e300;
      built.succeed(idOf({ x: 2 }), { val_accuracy: 1 }, noLines);
    },
    'a host of escape sequences': (built) =>
      void built.end(idOf({ x: 2 }), { best: { val_accuracy: 1 } }, '\u001b]0;x\u0007'),
    'a second sweep of the same trial whose name a shell would run': (built) => {
      built.declare({ points, sweep: '$(touch /tmp/owned)', declaration: { sweep: '$(touch /tmp/owned)' } });
      built.succeed(idOf({ x: 2 }), { val_accuracy: 1 }, noLines);
    },
    'a duration below nothing': (built) =>
      void built.succeed(idOf({ x: 2 }), { val_accuracy: 1 }, { seconds: -1 }),
  };
  for (const [what, lie] of Object.entries(lies))
    test(what, async () => {
      const mine = own();
      const refused = await merge(mine.folder, folderWith(theirs(lie)));
      expect(refused, refused.err).toMatchObject({ code: 2, out: '' });
      expect(refused.err).toMatch(/nothing of it was taken in/);
      expect(refused.err).not.toContain('\u001b');
      expect((await read('ledger', mine.folder, 'verify')).code).toBe(0);
    });

  test('a FIFO, a folder, a device, a torn file, and one with a trigger', async () => {
    const mine = own();
    const at = emptyFolder();
    execFileSync('mkfifo', [join(at, 'fifo')]);
    mkdirSync(join(at, 'folder'));
    symlinkSync('/dev/zero', join(at, 'zero'));
    symlinkSync('loop', join(at, 'loop'));
    const torn = join(
      stateFolder(folderWith(theirs((built) => built.succeed(idOf({ x: 2 }), { val_accuracy: 1 }, noLines)))),
      'ledger.db',
    );
    truncateSync(torn, 9_000);
    const trigger = join(stateFolder(folderWith(theirs())), 'ledger.db');
    const db = new DatabaseSync(trigger);
    db.exec(`CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END`);
    db.close();
    const beside = join(stateFolder(folderWith(theirs())), 'ledger.db');
    execFileSync('mkfifo', [`${beside}-wal`]);
    writeFileSync(join(at, 'huge'), 'SQLite format 3\0');
    truncateSync(join(at, 'huge'), 2 ** 40);
    const files = ['fifo', 'folder', 'zero', 'loop', 'huge'].map((name) => join(at, name));
    const odd = [
      `ALTER TABLE events ADD COLUMN odd TEXT AS (printf('%.*c', 900000000, payload))`,
      `CREATE INDEX odd ON events (length(printf('%.*c', 900000000, payload)))`,
      `CREATE INDEX odd ON events (seq) WHERE length(printf('%.*c', 900000000, payload)) > 1`,
    ].map((sql) => {
      const path = join(stateFolder(folderWith(theirs())), 'ledger.db');
      const opened = new DatabaseSync(path);
      opened.exec(`DELETE FROM head; DELETE FROM events; ${sql}`);
      opened.close();
      return path;
    });
    for (const file of [...files, torn, trigger, beside, ...odd]) {
      const refused = await merge(mine.folder, file);
      expect({ file, code: refused.code === 0, out: refused.out }).toEqual({ file, code: false, out: '' });
      expect(refused.err).not.toMatch(/\n\s+at /);
    }
    expect(readdirSync(stateFolder(mine.folder))).toEqual(['ledger.db']);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MetricsBatch } from '../../src/ledger/metrics-batch.ts';
import { importCommands } from '../../src/session/ledger/foreign-results.ts';
import { LedgerReader } from '../../src/ledger/store/reader.ts';
import { attemptId } from '../../src/model/ids.ts';
import { metricsHashOf } from '../../src/ledger/store/metrics-hash.ts';
import { diverged, idOf, LedgerBuilder } from '../ledger-builder.ts';
import { emptyFolder, folderWith, read, stateFolder } from './reading.ts';

interface Share {
  readonly who: string;
  /** What they declared, and of that what they have trained. */
  readonly points: readonly number[];
  readonly trained: readonly number[];
  readonly sweep?: string;
  readonly program?: string;
}

/** Somebody's state folder: of the points `x` that they declared some have succeeded, with a value of their own. */
function ledgerOf({ who, points, trained, sweep = 'lab', program = 'train' }: Share): string {
  const built = new LedgerBuilder({ ledger: `ledger-of-${who}`, nonce: who });
  const metrics: MetricsBatch[] = [];
  built.declare({
    sweep,
    points: points.map((x) => ({ params: { x } })),
    declaration: { program: { kind: 'command', command: [program] } },
  });
  for (const x of trained) {
    const lines = [{ step: 1, val_accuracy: (x * 7 + who.length) / 1_000 }];
    const end = { metricsCount: 1, metricsHash: metricsHashOf(lines) };
    const attempt = built.succeed(
      idOf({ x }, 1, { kind: 'command', command: [program] }),
      lines[0] ?? {},
      end,
    );
    metrics.push({ attempt: attemptId(attempt), from: 0, lines });
  }
  return folderWith(built, metrics);
}

const board = async (folder: string, ...args: readonly string[]): Promise<string> =>
  (await read('leaderboard', folder, ...args)).out;

const merge = (into: string, ...others: readonly string[]) =>
  read('merge', into, ...others.map(stateFolder), '--state', stateFolder(into));

const ranked = async (folder: string): Promise<number[]> => {
  const { rows }: { rows: { params: { x: number } }[] } = JSON.parse(await board(folder, 'lab', '--json'));
  return rows.map(({ params }) => params.x);
};

describe('labsweep merge', () => {
  test('hands results on in parts of some MB, however many lines each has', () => {
    const built = new LedgerBuilder({ ledger: 'theirs', nonce: 'a0' });
    const xs = Array.from({ length: 5 }, (_, x) => x);
    built.declare({ points: xs.map((x) => ({ params: { x } })) });
    for (const x of xs) built.succeed(idOf({ x }), {}, { metricsCount: 10_000, metricsHash: '' });
    const reader = new LedgerReader(join(stateFolder(folderWith(built)), 'ledger.db'));
    const commands = [...importCommands(built.state, reader, 'theirs', () => true)];
    expect(commands.map(({ results }) => results.length)).toEqual([2, 2, 1]);
  });

  test('makes one leaderboard of what several people trained of a sweep', async () => {
    const ana = ledgerOf({ who: 'ana', points: [1, 2, 3], trained: [1, 2] });
    const ben = ledgerOf({ who: 'ben', points: [3, 4, 5], trained: [3, 5] });
    const meeting = emptyFolder();
    const { out, err, code } = await merge(meeting, ana, ben);
    expect({ err, code }).toEqual({ err: expect.stringContaining('a new folder'), code: 0 });
    expect(out).toBe(`${stateFolder(ana)}: 2 results taken in\n${stateFolder(ben)}: 2 results taken in\n`);
    expect(await ranked(meeting)).toEqual([5, 3, 2, 1]);
    expect((await read('ledger', meeting, 'verify')).out).toMatch(/^The ledger is sound/);
  });

  test('P3 what a colleague has is not trained again here, whatever is declared when', async () => {
    const ben = ledgerOf({ who: 'ben', points: [2, 3, 9], trained: [2, 3, 9] });
    const ana = ledgerOf({ who: 'ana', points: [1, 2, 3], trained: [1] });
    expect((await merge(ana, ben)).out).toBe(
      `${stateFolder(ben)}: 3 results taken in, 1 of points that no sweep here holds: they count once one does\n`,
    );
    const { sweeps } = JSON.parse((await read('status', ana, '--json')).out);
    expect(sweeps).toMatchObject([{ sweep: 'lab', counts: { succeeded: 3, queued: 0 } }]);
    // Nobody asks for 9 here: it counts once somebody does.
    expect(await ranked(ana)).toEqual([3, 2, 1]);
    expect((await read('ledger', ana, 'verify')).code).toBe(0);
  });

  test('P3 what has diverged for a colleague is a result here as well', async () => {
    const theirs = new LedgerBuilder({ ledger: 'theirs', nonce: 'b0' });
    theirs.declare({ points: [1, 2].map((x) => ({ params: { x } })) });
    theirs.succeed(idOf({ x: 1 }), { val_accuracy: 0.5 }, { metricsHash: '' });
    theirs.end(idOf({ x: 2 }), { ...diverged('val_accuracy'), metricsHash: '' });
    const ana = ledgerOf({ who: 'ana', points: [1, 2, 3], trained: [3] });
    const ben = folderWith(theirs);
    expect((await merge(ana, ben)).out).toBe(`${stateFolder(ben)}: 2 results taken in\n`);
    expect((await merge(ana, ben)).out).toBe(`${stateFolder(ben)}: nothing that is not here already\n`);
    const { sweeps } = JSON.parse((await read('status', ana, '--json')).out);
    expect(sweeps).toMatchObject([{ counts: { succeeded: 2, diverged: 1, queued: 0 } }]);
    expect(await ranked(ana)).toEqual([1, 3, 2]);
    const nobody = emptyFolder();
    await merge(nobody, ben);
    expect(JSON.parse((await read('status', nobody, '--json')).out).sweeps).toMatchObject([
      { counts: { succeeded: 1, diverged: 1 } },
    ]);
    expect((await read('list', nobody, '--diverged')).out).toMatch(/x=2 +diverged +NaN /);
    for (const folder of [ana, nobody]) expect((await read('ledger', folder, 'verify')).code).toBe(0);
  });

  test('of two results of one trial the own counts for each of the people, and the other is kept', async () => {
    const [ana, ben] = ['ana', 'ben'].map((who) => ledgerOf({ who, points: [1, 2], trained: [1, 2] }));
    if (ana === undefined || ben === undefined) throw new Error('two ledgers');
    const copies = [ana, ben].map((folder) => ({ folder, before: board(folder, 'lab', '--json') }));
    const first = await merge(ana, ben);
    expect(first.out).toBe(`${stateFolder(ben)}: 0 results taken in, 2 of trials that had one already\n`);
    await merge(ben, ana);
    for (const { folder, before } of copies) expect(await board(folder, 'lab', '--json')).toBe(await before);
    const shown = JSON.parse((await read('show', ben, 'x=1', '--json')).out);
    expect(shown.attempts).toMatchObject([
      { attempt: 'ben-1', counts: true, ledger: null },
      { attempt: 'ana-1', counts: false, ledger: { id: 'ledger-of-ana' } },
    ]);
  });

  test('says nothing twice: what is here already changes nothing, not a byte', async () => {
    const ana = ledgerOf({ who: 'ana', points: [1, 2], trained: [1, 2] });
    const meeting = emptyFolder();
    await merge(meeting, ana);
    const path = join(stateFolder(meeting), 'ledger.db');
    const before = readFileSync(path);
    const again = await merge(meeting, ana, ana);
    expect(again.out).toBe(`${stateFolder(ana)}: nothing that is not here already\n`.repeat(2));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('results of another program, under the same name, are not ranked with these', async () => {
    const ana = ledgerOf({ who: 'ana', points: [1], trained: [1], program: 'train-2' });
    const ben = ledgerOf({ who: 'ben', points: [2], trained: [2] });
    const boards = await Promise.all(
      [
        [ana, ben],
        [ben, ana],
      ].map(async (order) => {
        const meeting = emptyFolder();
        await merge(meeting, ...order);
        return board(meeting, 'lab', '--json');
      }),
    );
    expect(boards[0]).toBe(boards[1]);
    expect(JSON.parse(boards[0] ?? '').rows).toHaveLength(1);
  });

  test('the same leaderboards whatever the order, however often, and by whichever way', async () => {
    const people = [
      ledgerOf({ who: 'ana', points: [1, 2, 3, 4], trained: [1, 2, 4] }),
      ledgerOf({ who: 'benny', points: [3, 4, 5], trained: [4, 5] }),
      ledgerOf({ who: 'cy', points: [1, 5, 6], trained: [1, 5, 6] }),
      ledgerOf({ who: 'dora', points: [8, 9], trained: [8], sweep: 'other' }),
    ];
    const boardsOf = async (folder: string): Promise<string[]> =>
      Promise.all(
        [['lab'], ['lab', '--json'], ['other'], ['other', '--json'], []].map((args) =>
          board(folder, ...args),
        ),
      );
    const straight = emptyFolder();
    await merge(straight, ...people);
    const expected = await boardsOf(straight);
    expect(await ranked(straight)).toEqual([6, 5, 4, 2, 1]);
    const all = people.map((_, index) => index);
    const repeated = fc.shuffledSubarray([...all, ...all], { minLength: all.length });
    const orders = repeated.filter((order) => new Set(order).size === all.length);
    await fc.assert(
      fc.asyncProperty(orders, fc.boolean(), async (order, byAnother) => {
        const via = emptyFolder();
        const meeting = emptyFolder();
        const [first, ...rest] = order.map((index) => people[index] ?? '');
        if (byAnother && first !== undefined) {
          await merge(via, first);
          await merge(meeting, ...rest, via);
        } else await merge(meeting, ...(first === undefined ? [] : [first]), ...rest);
        expect(await boardsOf(meeting)).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test('is refused before anything is taken in where one of them is no ledger, or is damaged', async () => {
    const ana = ledgerOf({ who: 'ana', points: [1], trained: [1] });
    const meeting = emptyFolder();
    const refused = await merge(meeting, ana, meeting);
    expect({ code: refused.code, out: refused.out }).toEqual({ code: 2, out: '' });
    expect(refused.err).toContain('there is no such ledger');
    expect(readdirSync(meeting)).toEqual([]);
    expect((await merge(ana, ana)).err).toContain('is this ledger itself');
  });
});

/** A CSV file that a program goes on writing, or writes anew, while it is looked at, and while agents come and go. */
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetricsLine } from '../../../src/model/result/metrics.ts';
import { journalRecordSchema, nothingRead } from '../../../src/worker/core/journal-record.ts';
import { keep, type KeptLines, noLines, thin } from '../../../src/worker/core/kept-lines.ts';
import { resultOf } from '../../../src/worker/core/roles.ts';
import { CsvFile } from '../../../src/worker/supervisor/csv-file.ts';

const objective = { metric: 'v', goal: 'maximize', at: 'best', selectOnTest: false } as const;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-csv-'));
  path = join(folder, 'h.csv');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fresh = (): CsvFile => new CsvFile(path, folder, nothingRead);

/** As a journal keeps them for the next agent. */
const reopened = (file: CsvFile): CsvFile => {
  const written = JSON.stringify({
    kind: 'lines',
    attempt: 'a-1',
    lines: [],
    pending: [],
    offsets: { ...nothingRead, ...file.offsets },
  });
  const record = journalRecordSchema.parse(JSON.parse(written));
  return new CsvFile(path, folder, record.kind === 'lines' ? record.offsets : nothingRead);
};

describe('a CSV file', () => {
  it('gives each row once, when it is whole', () => {
    const file = fresh();
    expect(file.read(false).lines).toEqual([]);
    writeFileSync(path, 'epoch,v\n1,0.');
    expect(file.read(false).lines).toEqual([]);
    appendFileSync(path, '5\n2,"0.6"\n3,"0');
    expect(file.read(false).lines).toEqual([
      { epoch: 1, v: 0.5 },
      { epoch: 2, v: 0.6 },
    ]);
    appendFileSync(path, '.7"');
    expect(file.read(true).lines).toEqual([{ epoch: 3, v: 0.7 }]);
  });

  const again: readonly [string, () => void][] = [
    ['with another column', () => writeFileSync(path, 'epoch,test,v\n1,,0.5\n2,,0.6\n3,0.1,\n')],
    [
      'under its name by a rename',
      () => {
        writeFileSync(`${path}.new`, 'epoch,v\n1,0.5\n2,0.6\n3,0.7\n');
        renameSync(`${path}.new`, path);
      },
    ],
    [
      'with other spaces and other zeros',
      () => writeFileSync(path, 'epoch, v\n1.0, 0.50\n2.0, 0.60\n3.0, 0.7\n'),
    ],
    ['with its columns in another order', () => writeFileSync(path, 'v,epoch\n0.5,1\n0.6,2\n0.7,3\n')],
  ];
  it.each(again)('that is written anew %s counts no row twice', (_, write) => {
    for (const next of [(file: CsvFile) => file, reopened]) {
      writeFileSync(path, 'epoch,v\n1,0.5\n2,0.6\n');
      const file = fresh();
      expect(file.read(false).lines).toHaveLength(2);
      const later = next(file);
      write();
      expect(later.read(false)).toMatchObject({ lines: [{ epoch: 3 }], standing: null });
    }
  });

  it('that is written anew in its place, as long as it was, tells another history', () => {
    writeFileSync(path, 'epoch,v\n1,0.5\n2,0.9\n');
    const file = fresh();
    file.read(false);
    writeFileSync(path, 'epoch,v\n1,0.5\n2,0.6\n');
    expect(file.read(true)).toEqual({ lines: [{ epoch: 2, v: 0.6 }], standing: [{ epoch: 1, v: 0.5 }] });
  });

  it('that is shorter waits to grow again, and tells another history at its end', () => {
    writeFileSync(path, 'epoch,v\n1,0.5\n2,0.9\n');
    const file = fresh();
    file.read(false);
    writeFileSync(path, 'epoch,v\n1,0.5\n');
    expect(file.read(false)).toEqual({ lines: [], standing: null });
    expect(file.read(true)).toEqual({ lines: [], standing: [{ epoch: 1, v: 0.5 }] });
  });

  it('goes on where an agent has stopped that counted bytes alone', () => {
    writeFileSync(path, 'epoch,v\n1,0.5\n2,0.6\n');
    const offsets = { report: 0, log: 0, csv: 14 };
    const record = journalRecordSchema.parse({
      kind: 'lines',
      attempt: 'a',
      lines: [],
      pending: [],
      offsets,
    });
    const file = new CsvFile(path, folder, record.kind === 'lines' ? record.offsets : nothingRead);
    expect(file.read(false).lines).toEqual([{ epoch: 2, v: 0.6 }]);
    expect(file.offsets).toMatchObject({ csv: 20, csvRows: 2 });
  });

  it('has no figure under names that cannot be told, and none behind a quote that nobody closes', () => {
    writeFileSync(path, 'epoch,v\n1,0,91\n2,0.5\n3,"x\n4,0.6\n');
    expect(fresh().read(true).lines).toEqual([
      { epoch: '1,0,91 (3 cells under 2 names)', v: '1,0,91 (3 cells under 2 names)' },
      { epoch: 2, v: 0.5 },
      { epoch: '3,x\n4,0.6 (a quote that nobody closes)', v: '3,x\n4,0.6 (a quote that nobody closes)' },
    ]);
  });

  it('with its names again, or others, goes on under these', () => {
    writeFileSync(path, 'epoch,v\n1,0.5\nepoch,v\n2,0.6\nepoch,test\n3,0.7\n');
    expect(fresh().read(true).lines).toEqual([
      { epoch: 1, v: 0.5 },
      { epoch: 2, v: 0.6 },
      { epoch: 3, test: 0.7 },
    ]);
  });

  it('with a name twice says both, where they differ', () => {
    writeFileSync(path, 'v,v\n0.5,0.5\n0.5,0.6\n,0.7\n');
    expect(fresh().read(true).lines).toEqual([{ v: 0.5 }, { v: '0.5 and 0.6' }, { v: 0.7 }]);
  });
});

type Step =
  | { readonly kind: 'append'; readonly value: number }
  | { readonly kind: 'widen' | 'restart' | 'look' | 'rename' }
  | { readonly kind: 'anew'; readonly values: readonly number[] };

const value = fc.integer({ min: 0, max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), value }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('look' as const) }) },
  fc.record({ kind: fc.constantFrom('widen' as const, 'restart' as const, 'rename' as const) }),
  fc.record({ kind: fc.constant('anew' as const), values: fc.array(value, { minLength: 1, maxLength: 4 }) }),
);

describe('the result of a CSV file', () => {
  const take = (kept: KeptLines, file: CsvFile, complete: boolean): void => {
    const thinned = thin(kept, file.read(complete), objective, 0);
    // As the journal brings it to the next agent.
    keep(kept, JSON.parse(JSON.stringify(thinned)), objective, nothingRead);
  };
  const told = ({ roles }: KeptLines): unknown => [roles.best, resultOf(roles)];

  it('is the same whenever it was looked at, and whoever looked', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let [values, columns]: [number[], number] = [[1], 0];
        const text = (): string =>
          [`v${',c'.repeat(columns)}`, ...values.map((each) => `${each}${','.repeat(columns)}`)].join('\n') +
          '\n';
        writeFileSync(path, text());
        let file = fresh();
        const kept = noLines();
        for (const next of steps) {
          if (next.kind === 'look') take(kept, file, false);
          else if (next.kind === 'restart') file = reopened(file);
          else if (next.kind === 'append') {
            values.push(next.value);
            appendFileSync(path, `${next.value}${','.repeat(columns)}\n`);
          } else {
            if (next.kind === 'anew') values = [...next.values];
            if (next.kind === 'widen') columns += 1;
            const to = next.kind === 'rename' ? `${path}.new` : path;
            writeFileSync(to, text());
            renameSync(to, path);
          }
        }
        take(kept, file, true);
        const once = noLines();
        take(once, fresh(), true);
        expect(told(kept)).toEqual(told(once));
        if (!steps.some(({ kind }) => kind === 'anew')) {
          const lines: MetricsLine[] = [...kept.lines, ...kept.pending];
          expect(lines).toEqual(values.map((v) => ({ v })));
        }
      }),
      { numRuns: 300 },
    );
  });
});

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diverged, idOf, LedgerBuilder } from '../ledger-builder.ts';
import { folderWith, read, stateFolder } from './reading.ts';

/** Trainings of two points; of each the clips that it got right, `1`, one sign a clip, of four speakers in turn. */
interface Told {
  readonly a: readonly string[];
  readonly b: readonly string[];
}

const share = (clips: string): number => clips.split('').filter((clip) => clip === '1').length / clips.length;

function lab({ a, b }: Told, hasPredictions = true, digits = 12): string {
  const built = new LedgerBuilder();
  const replicates = Math.max(a.length, b.length);
  built.declare({ points: [1, 2].map((layers) => ({ params: { layers } })), replicates });
  const artifacts = new Map<string, string>();
  for (const [layers, trainings] of [[1, a] as const, [2, b] as const])
    trainings.forEach((clips, index) => {
      const attempt = built.succeed(idOf({ layers }, index + 1), {
        val_accuracy: Number(share(clips).toFixed(digits)),
      });
      artifacts.set(attempt, clips);
    });
  const folder = folderWith(built);
  for (const [attempt, clips] of hasPredictions ? artifacts : []) {
    mkdirSync(join(stateFolder(folder), 'artifacts', attempt), { recursive: true });
    writeFileSync(join(stateFolder(folder), 'artifacts', attempt, 'predictions.csv'), csvOf(clips));
  }
  return folder;
}

/** Beside the clips of the validation there are others, of which the objective says nothing. */
const csvOf = (clips: string): string =>
  [
    'file,split,word,predicted,probability',
    ...['no', 'no', 'yes'].map((word, index) => `yes/t_nohash_${index}.wav,test,yes,${word},0.9`),
    ...clips
      .split('')
      .map(
        (clip, index) =>
          `yes/s${index % 4}_nohash_${index}.wav,validation,yes,${clip === '1' ? 'yes' : 'no'},0.9`,
      ),
    '',
  ].join('\n');

const right = (count: number, of = 200): string => '1'.repeat(count) + '0'.repeat(of - count);

describe('labsweep compare', () => {
  it('tells a point that is better, for any seeds and speakers like these', async () => {
    const folder = lab({ a: [right(120), right(122), right(121)], b: [right(180), right(181), right(182)] });
    const { out, code } = await read('compare', folder, 'layers=1', 'layers=2');
    expect(code).toBe(0);
    expect(out).toMatch(/A +0\.6050 +3 +layers=1\nB +0\.9050 +3 +layers=2/);
    expect(out).toMatch(
      /B − A: \+30\.00 points, 95 % interval \+2\d\.\d\d to \+3\d\.\d\d, p = below 0\.0001/,
    );
    expect(out).toContain('B is better, by more than chance.');
    expect(out).toContain('about any seeds, and speakers like these');
    expect(out).toMatch(/by seeds, \d\.\d\d by which of 4 speakers were recorded/);
  });

  it('says how many replicates would settle what cannot be told', async () => {
    const folder = lab({ a: [right(120), right(130)], b: [right(126), right(134)] });
    const { out } = await read('compare', folder, 'layers=1', 'layers=2');
    expect(out).toMatch(
      /It cannot be told which is better\. If the difference is as large as this, \d+ replicates of each find it in 80 % of the cases\./,
    );
  });

  it('says of one training each that it is about these two networks alone, by the exact test', async () => {
    const folder = lab({ a: [right(150)], b: [right(165)] });
    const { out } = await read('compare', folder, 'layers=1', 'layers=2');
    expect(out).toContain('about these two trained networks alone');
    expect(out).toContain(
      "On these very clips A alone was right 0 times, B alone 15 times (McNemar's exact test, p = below 0.0001).",
    );
    const document = JSON.parse((await read('compare', folder, 'layers=1', 'layers=2', '--json')).out);
    expect(document).toMatchObject({
      claim: 'models',
      only: { a: 0, b: 15 },
      seSeeds: null,
      settledBy: null,
    });
    expect(document.p).toBeCloseTo(2 * 0.5 ** 15, 9);
  });

  it('without predictions is about these clips, and of one training each says nothing of chance', async () => {
    const several = lab({ a: [right(120), right(121)], b: [right(180), right(182)] }, false);
    expect((await read('compare', several, 'layers=1', 'layers=2')).out).toContain(
      'any seeds, on the data that they were tried on',
    );
    const { out } = await read(
      'compare',
      lab({ a: [right(120)], b: [right(180)] }, false),
      'layers=1',
      'layers=2',
    );
    expect(out).toContain('One training of each tells nothing of the luck of its seed: run more replicates.');
    expect(out).not.toContain('better, by more');
  });

  it('says of replicates that repeat themselves nothing of seeds, whatever their mean is rounded to', async () => {
    const told = { a: [right(171), right(171), right(171)], b: [right(182), right(182), right(182)] };
    const { out } = await read('compare', lab(told, false), 'layers=1', 'layers=2');
    expect(out).toContain('It cannot be told which is better.');
    expect(out).toContain('The replicates of each point are equal: they tell nothing of the luck of seeds.');
    expect((await read('compare', lab(told), 'layers=1', 'layers=2')).out).toContain(
      'about these two trained networks alone',
    );
  });

  it('says that predictions are not used, where they are of other figures', async () => {
    const folder = lab({ a: [right(120), right(121)], b: [right(180), right(182)] });
    for (const attempt of readdirSync(join(stateFolder(folder), 'artifacts')))
      writeFileSync(join(stateFolder(folder), 'artifacts', attempt, 'predictions.csv'), csvOf(right(50)));
    expect((await read('compare', folder, 'layers=1', 'layers=2')).out).toContain(
      'Their predictions.csv are not used: one is missing, is of other clips, or is right on another share',
    );
  });

  it('takes predictions whose share is printed with four digits', async () => {
    const folder = lab({ a: [right(61, 140), right(63, 140)], b: [right(90, 140), right(92, 140)] }, true, 4);
    expect((await read('compare', folder, 'layers=1', 'layers=2')).out).toContain('speakers like these');
  });

  it('warns of points that were picked by their rank, and refuses to compare a point with itself', async () => {
    const folder = lab({ a: [right(120), right(121)], b: [right(180), right(182)] });
    expect((await read('compare', folder, '#1', '#2')).out).toContain(
      'picked by their rank were lucky as well',
    );
    const { code, err } = await read('compare', folder, '#1', 'layers=2');
    expect(code).toBe(2);
    expect(err).toContain('#1 and layers=2 share trials: two different points are compared');
  });

  it('names replicates that diverged, and a point of which all did', async () => {
    const built = new LedgerBuilder();
    built.declare({ points: [1, 2, 3].map((layers) => ({ params: { layers } })), replicates: 3 });
    for (const layers of [1, 2])
      for (const seed of [1, 2])
        built.succeed(idOf({ layers }, seed), { val_accuracy: layers / 4 + seed / 100 });
    built.end(idOf({ layers: 2 }, 3), diverged('val_accuracy'));
    built.end(idOf({ layers: 3 }, 1), diverged('val_accuracy'));
    const folder = folderWith(built);
    expect((await read('compare', folder, 'layers=1', 'layers=2')).out).toContain(
      'layers=2: 1 of 3 replicates diverged and is left out.',
    );
    expect((await read('compare', folder, 'layers=1', 'layers=3')).err).toContain(
      'layers=3 has no finite val_accuracy to compare: all that have ended diverged',
    );
  });

  it('refuses a point that has no result yet, with what shows those that have', async () => {
    const folder = lab({ a: [right(120)], b: [] });
    const { code, err } = await read('compare', folder, 'layers=1', 'layers=2');
    expect(code).toBe(2);
    expect(err).toContain('layers=2 has no result of val_accuracy; `labsweep list` shows what has');
  });
});

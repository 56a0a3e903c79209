import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { accuracy, idOf, LedgerBuilder } from '../ledger-builder.ts';
import { folderWith, read } from './reading.ts';

/** Accuracies rise with the width; the test figure falls. One point has no result. */
function widths(): LedgerBuilder {
  const built = new LedgerBuilder();
  const points = [8, 16, 32, 64].flatMap((width) =>
    ['a|b', 'x&y'].map((kind) => ({ params: { width, kind }, parameters: width * 1_000 })),
  );
  built.declare({ sweep: 'widths', points, replicates: 2 });
  for (const { params } of points)
    for (const seed of [1, 2])
      if (params.width !== 64 || params.kind !== 'x&y')
        built.succeed(idOf(params, seed), {
          val_accuracy: params.width / 100 + (params.kind === 'a|b' ? 0.05 : 0) + seed / 1_000,
          test_accuracy: 1 - params.width / 100,
        });
  return built;
}

const board = (...args: string[]) => read('leaderboard', folderWith(widths()), 'widths', ...args);
const ranksOf = (json: string): number[] => JSON.parse(json).rows.map(({ rank }: { rank: number }) => rank);

describe('labsweep leaderboard --where', () => {
  test.each([
    ['width<=16', [4, 5, 6, 7]],
    ['width < 16', [6, 7]],
    ['width>=32', [1, 2, 3]],
    ['width!=32', [1, 4, 5, 6, 7]],
    ['width==32.0', [2, 3]],
    ['kind=a|b', [1, 2, 4, 6]],
    ['parameters>20000', [1, 2, 3]],
    ['val_accuracy>0.35', [1, 2]],
    ['rank<=2', [1, 2]],
    ['n=2', [1, 2, 3, 4, 5, 6, 7]],
    ['kind<3', []],
  ])('%s', async (condition, ranks) => {
    expect(ranksOf((await board('--where', condition, '--json')).out)).toEqual(ranks);
  });

  test('all that are said have to be met; points without a result are chosen likewise', async () => {
    const { out } = await board('--where', 'width>=32', '--where', 'kind=x&y');
    expect(out).toContain('2 of 8 points: width>=32, kind=x&y');
    expect(out).toContain('Ranks are those among all points of the sweep.');
    expect(out).toContain('Without a result, 1 of 2 points');
    expect(out).not.toContain('may be the best');
    expect((await board('--where', 'kind=z')).out).toContain('None of these points has a result.');
  });

  test('P7 by a test figure nobody chooses or sorts, and anybody may look at it', async () => {
    for (const asked of [
      ['--where', 'test_accuracy>0.5'],
      ['--sort', 'test_accuracy:desc'],
    ]) {
      const { err, code } = await board(...asked);
      expect([code, err]).toEqual([
        2,
        'test_accuracy is a test figure: whoever chooses by it cannot use it any more to say how good the choice is; `--columns test_accuracy` shows it\n',
      ]);
    }
    expect((await board('--columns', 'test_accuracy')).out).toContain('test_accuracy');
  });

  test('an unknown name, and what is no condition, are refused with what there is', async () => {
    expect((await board('--where', 'widht<3')).err).toBe(
      'widths has no widht; did you mean width?\nrows have: width, kind, val_accuracy, test_accuracy, rank, n, case, parameters\n',
    );
    expect((await board('--sort', 'nothing')).code).toBe(2);
    expect((await board('--sort', ':desc')).err).toContain('the name of a column');
    expect((await board('--columns', 'width,nothing')).code).toBe(2);
    for (const wrong of ['width', '<3', 'width<', '='])
      expect((await board('--where', wrong)).err).toContain('a name, one of < <= = != >= > and a value');
    expect((await board('--columns', 'width,')).err).toContain('names with commas between them');
  });
});

describe('labsweep leaderboard --sort and --columns', () => {
  test('a table is sorted by a column, and its ranks stay', async () => {
    expect(ranksOf((await board('--sort', 'width', '--json')).out)).toEqual([6, 7, 4, 5, 2, 3, 1]);
    expect(ranksOf((await board('--sort', 'parameters:desc', '--json')).out)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect((await board('--sort', 'width:desc')).out).toContain('sorted by width, highest first');
  });

  test('the front has what no other point beats with as few parameters', async () => {
    expect(ranksOf((await board('--front', 'parameters', '--json')).out)).toEqual([1, 2, 4, 6]);
    const { out } = await board('--front', 'parameters', '--where', 'width<=32', '--sort', 'parameters');
    expect(out).toContain(
      '6 of 8 points: width<=32; no other of them is as good with no more parameters; sorted by parameters',
    );
    expect(out.split('\n').filter((line) => /^\d+  /.test(line))).toHaveLength(3);
    // What is no number has no front.
    expect(ranksOf((await board('--front', 'kind', '--json')).out)).toEqual([]);
    expect((await board('--front', 'test_accuracy')).code).toBe(2);
  });

  test('columns that are named are shown, and no others besides rank, objective and replicates', async () => {
    const { out } = await board('--columns', 'width', '--limit', '1');
    expect(out.split('\n')[2]).toMatch(/^#\s+ranks\s+val_accuracy\s+n\s+width$/);
  });
});

describe('labsweep leaderboard --format', () => {
  test('csv has all digits, a row a point, and is read as it was', async () => {
    const { out } = await board('--format', 'csv');
    const script = 'import csv, json, sys; print(json.dumps(list(csv.DictReader(sys.stdin, strict=True))))';
    const rows = JSON.parse(execFileSync('python3', ['-c', script], { input: out, encoding: 'utf8' }));
    expect(rows).toHaveLength(7);
    expect(rows[0]).toMatchObject({
      rank: '1',
      section: 'complete',
      width: '64',
      kind: 'a|b',
      parameters: '64000',
      done: '2',
      declared: '2',
    });
    expect(Number(rows[0].val_accuracy)).toBe((0.691 + 0.692) / 2);
    // What a terminal would read as a command is escaped on its way out, a carriage return too.
    expect(out).not.toContain('\r');
  });

  test('markdown is a table whose cells hold whatever is in them', async () => {
    const { out } = await board('--format', 'markdown', '--columns', 'kind', '--limit', '2');
    expect(out).toMatchInlineSnapshot(`
      "widths: val\\_accuracy at its best step, highest first

      | \\# | ranks | val\\_accuracy | n | kind |
      | ---: | ---: | :--- | ---: | :--- |
      | 1 | 1 | 0.6915 ± 0.0064 | 2 | a\\|b |
      | 2 | 2 | 0.3715 ± 0.0064 | 2 | a\\|b |
      "
    `);
  });

  test('latex is a table that LaTeX takes', async () => {
    const { out } = await board('--format', 'latex', '--columns', 'kind', '--where', 'width=16');
    expect(out).toMatchInlineSnapshot(`
      "% widths: val_accuracy at its best step, highest first
      % 2 of 8 points: width=16
      % needs \\usepackage{booktabs}
      \\begin{tabular}{rrlrl}
      \\toprule
      \\# & ranks & val\\_accuracy & n & kind \\\\
      \\midrule
      4 & 4 & 0.2115 $\\pm$ 0.0064 & 2 & a\\textbar{}b \\\\
      5 & 5 & 0.1615 $\\pm$ 0.0064 & 2 & x\\&y \\\\
      \\bottomrule
      \\end{tabular}
      "
    `);
  });

  test('a file says what was selected on test data, and which rows are not complete', async () => {
    const built = new LedgerBuilder();
    const objective = { ...accuracy, metric: 'test_accuracy', selectOnTest: true };
    built.declare({
      sweep: 'x',
      objective,
      points: [{ params: { x: 1 } }, { params: { x: 2 } }],
      replicates: 2,
    });
    for (const seed of [1, 2]) built.succeed(idOf({ x: 1 }, seed), { test_accuracy: 0.5 });
    built.succeed(idOf({ x: 2 }, 1), { test_accuracy: 0.6 });
    const file = async (format: string) =>
      (await read('leaderboard', folderWith(built), '--format', format)).out;
    expect(await file('csv')).toMatch(/,test_accuracy \(selected on test\),/);
    expect(await file('markdown')).toContain('SELECTED ON TEST DATA');
    expect(await file('markdown')).toContain('| incomplete |');
    expect(await file('latex')).toContain('% SELECTED ON TEST DATA');
  });

  test('one format at a time', async () => {
    expect((await board('--format', 'csv', '--json')).code).toBe(2);
    expect((await board('--format', 'word')).err).toContain('text, csv, markdown, latex');
  });
});

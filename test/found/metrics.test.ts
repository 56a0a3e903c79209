/**
 * Programs whose metrics were read wrong once: each run by a real agent, all by one. Which figure is right stands at the
 * head of each file of test/fixtures/found, and beside what is written here.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricsLine, Objective } from '../../src/model/result/metrics.ts';
import { Host, launchOf, type Writer } from '../worker/real-agent.ts';

type AttemptEnd = Awaited<ReturnType<Writer['run']>>['end'];

let host: Host;
let writer: Writer;

beforeAll(async () => {
  host = new Host();
  writer = await host.writer();
}, 60_000);

afterAll(async () => {
  expect(await host.dispose()).toEqual([]);
});

interface Asked {
  readonly metric: string;
  readonly at?: Objective['at'];
  readonly goal?: Objective['goal'];
  readonly stdout?: readonly string[];
  readonly csv?: string;
}

let count = 0;

/** Runs a command to its end. */
async function endOf(
  command: readonly string[],
  asked: Asked,
): Promise<AttemptEnd & { lines: MetricsLine[] }> {
  const { metric, at = 'final', goal = 'maximize', stdout = [], csv = null } = asked;
  const attempt = `a-${(count += 1)}`;
  const launch = launchOf(command, {
    metrics: { stdout: [...stdout], csv },
    objective: { metric, goal, at, selectOnTest: false },
  });
  const { end } = await writer.run(attempt, launch);
  const lines = writer.heard.flatMap((said) =>
    said.kind === 'metrics' && said.attempt === attempt ? said.lines : [],
  );
  return { ...end, lines };
}

const found = (name: string, ...args: string[]): string[] => [
  'python3',
  join(import.meta.dirname, '../fixtures/found', name),
  ...args,
];
const python = (source: string): string[] => ['python3', '-c', source];

/** The objective of an end that succeeded, else its message. */
function told({ outcome, best, final }: AttemptEnd, { metric, at }: Asked): unknown {
  if (outcome.kind === 'succeeded') return (at === 'best' ? best : final)?.[metric];
  return 'message' in outcome ? outcome.message : outcome.kind;
}

describe.concurrent('a CSV file', () => {
  it('with an unnamed first column, as pandas writes it, shifts no figure', async () => {
    const asked = { metric: 'val_accuracy', csv: 'history.csv' };
    expect(told(await endOf(found('csv_indexed.py'), asked), asked)).toBe(0.7);
  });

  it.each(['best', 'final'] as const)(
    'that is written anew with more columns is read anew, and no row counts twice, at %s',
    async (at) => {
      const asked = { metric: 'val_acc', csv: 'metrics.csv', at };
      // Slow enough for the agent to look at it in between.
      const end = await endOf(found('csv_grows_columns.py', '0.6'), asked);
      expect(told(end, asked)).toBeCloseTo(0.82, 12);
      expect(end.lines).toHaveLength(7);
      expect(end.lines.filter((line) => 'test_acc' in line)).toEqual([
        { epoch: 3, step: 30, test_acc: 0.77, test_loss: 0.6 },
      ]);
    },
  );

  it.each([
    ['val\n0.5\n0.7\n', 0.7],
    ['epoch,val\n1,0.7\n2,NA\n', 0.7],
    ['sep=;\nepoch;val\n1;0.7\n', 0.7],
    ['split,train,val\na,0.1,0.2\nval,N/A,\nb,0.5,0.7\n', 0.7],
    ['epoch,val\n1,NA\n', 'its result has no val, only epoch; h.csv says "NA" in its place'],
    // As R writes rows with their names.
    [
      '"epoch","val"\n"1",1,0.5\n"2",2,\n',
      'val is "2,2, (3 cells under 2 names)" in its result, not a number',
    ],
    ['val\n0,91\n', 'val is "0,91 (2 cells under 1 name)" in its result, not a number'],
  ])('%j', async (text, expected) => {
    const asked = { metric: 'val', csv: 'h.csv' };
    const command = ['sh', '-c', 'printf %s "$0" > h.csv', text];
    expect(told(await endOf(command, asked), asked)).toBe(expected);
  });

  it('that is not there is named', async () => {
    const asked = { metric: 'val_acc', csv: 'metrics.csv' };
    expect(told(await endOf(['true'], asked), asked)).toBe(
      'ended without a result: it reported no line and printed no JSON with val_acc; it wrote no metrics.csv',
    );
  });

  it('that tells another history counts as it is at its end', async () => {
    // The first has 0.99, which the second takes back: a short trial, which is read once, never shows it.
    const source = `
import time
for name, rows in (('pretrain', (0.97, 0.98, 0.99)), ('train', (0.5, 0.6))):
    with open('h.csv', 'w') as f:
        f.write('phase,epoch,val\\n')
        for i, v in enumerate(rows): f.write(f'{name},{i},{v}\\n')
    time.sleep(1.5)
`;
    const asked = (['best', 'final'] as const).map((at) => ({ metric: 'val', csv: 'h.csv', at }));
    const ends = await Promise.all(asked.map(async (each) => told(await endOf(python(source), each), each)));
    expect(ends).toEqual([0.6, 0.6]);
  });
});

/** What programs print, the objective `acc` by the pattern `acc: {acc}`, and what is then told. */
const printed: readonly [said: string, told: unknown][] = [
  ['acc: 0.875', 0.875],
  ['acc: 0.9, done.', 0.9],
  ['It ends with: acc: 0.9.', 0.9],
  ['acc: 91 %', 91],
  ['acc: -1e-3', -0.001],
  ['acc: 1_000', 1000],
  ['\u001b[1macc\u001b[0m: \u001b[32m0.875\u001b[0m', 0.875],
  ['acc: np.float64(0.875)', 0.875],
  ["acc: tensor(0.8750, device='cuda:0', grad_fn=<DivBackward0>)", 0.875],
  ['acc: N/A\nacc: 0.5', 0.5],
  ['acc: 0.5\nacc: -', 0.5],
  ['acc: 0.5\nacc: improved', 0.5],
  ['best acc: 0.99\nacc: 0.9\nbest acc: 0.99', 0.9],
  ['test_acc: 0.99 | val-acc: 0.98 | val/acc: 0.97 | acc: 0.9', 0.9],
  ['2024-01-01 12:00:00,123 INFO acc: 0.9', 0.9],
  ['INFO:root:acc: 0.9', 0.9],
  ['[INFO] Epoch 3: acc: 0.9', 0.9],
  // Keras draws over its line, and steps back over it.
  [
    'Epoch 1/2\n 1/10 [=>....] - ETA: 0s - loss: 0.7 - acc: 0.1\b\b\b\b\b\b\r10/10 [====] - 0s 5ms/step - loss: 0.3 - acc: 0.9\n',
    0.9,
  ],
  // Drawn over from the first column.
  ['acc: 0.1\u001b[1G\u001b[2Kacc: 0.9', 0.9],
  // tqdm with leave=False.
  ['\r 50%|#####| 5/10 [00:01<00:01, 5.00it/s, acc: 0.1]\r          \racc: 0.9', 0.9],
  ...['1,234.5', '0,91', '70/100', '0.7.1', '0x1F', '1e', '12h', '0.9-0.1', '2024-01-01', '12:30'].map(
    (text): [string, string] => [`acc: ${text}`, `acc is "${text}" in its result, not a number`],
  ),
  ['acc: 0.5\nacc: ０.９', 'acc is "０.９" in its result, not a number'],
  ['acc: 0.5\nacc: 1,234.5', 'acc is "1,234.5" in its result, not a number'],
  ['acc: N/A', 'acc is "N/A" in its result, not a number'],
  ['acc: 0.5\nacc: N/A', 'acc is "N/A" in its result, not a number'],
  [
    'best acc: 0.99',
    'ended without a result: it reported no line and printed no JSON with acc; a word stands before the pattern\'s words in its output, which makes another name of them; the pattern "best acc: {acc}" reads that one',
  ],
];

describe.concurrent('a figure behind a pattern', () => {
  it.each(printed)('%j', async (said, expected) => {
    const asked = { metric: 'acc', stdout: ['acc: {acc}'] };
    expect(told(await endOf(['printf', '%s\n', said], asked), asked)).toEqual(expected);
  });

  it('in the table of Lightning', async () => {
    const asked = { metric: 'acc', stdout: ['val_acc │ {acc}'] };
    const table = '┃  Metric  ┃  DataLoader 0  ┃\n│  val_acc  │  0.7699999809265137  │\n';
    expect(told(await endOf(['printf', '%s', table], asked), asked)).toBe(0.7699999809265137);
  });

  it('with a comma between its thousands is none: the trial fails and says what stood there', async () => {
    const asked = { metric: 'perplexity', goal: 'minimize', stdout: ['perplexity: {perplexity}'] } as const;
    expect(told(await endOf(found('thousands.py'), asked), asked)).toBe(
      'perplexity is "1,234.5" in its result, not a number',
    );
  });

  it('that cannot be read may be the best, wherever it stands, or cannot', async () => {
    const asked = { metric: 'reward', at: 'best', stdout: ['reward {reward}'] } as const;
    const rising = await endOf(['printf', 'reward 999.1\nreward 1,002.3\nreward 990.0\n'], asked);
    expect(told(rising, asked)).toBe(
      'reward is "1,002.3" in one of its lines: that is not a number, so nobody knows whether it is the best',
    );
    const before = await endOf(['printf', 'reward 1,002.3\nreward 990.0\n'], asked);
    expect(told(before, asked)).toContain('reward is "1,002.3" in one of its lines');
    expect(told(await endOf(['printf', 'reward 0,91\nreward 990.0\n'], asked), asked)).toBe(990);
    const falling = { ...asked, goal: 'minimize' } as const;
    expect(told(await endOf(['printf', 'reward 1,002.3\nreward 999.1\n'], falling), falling)).toBe(999.1);
  });
});

/** What programs print that report in no other way, the objective `accuracy`. */
const objects: readonly [title: string, command: readonly string[], told: unknown][] = [
  ['indented', found('words_around.py', 'indented'), 0.875],
  ['behind a bar that is drawn over', ['printf', '100%%|##| 9/9\r         \r{"accuracy": 0.9}\n'], 0.9],
  ['behind a logger’s prefix', ['echo', '2024-01-01 12:00:00,123 - train - INFO - {"accuracy": 0.9}'], 0.9],
  [
    'in Python’s quotes',
    python("import math; print({'accuracy': 0.9, 'ok': True, 'x': None, 'y': math.nan})"),
    0.9,
  ],
  ['before 5 MB of words', python("print('{\"accuracy\": 0.9}'); print('bye\\n' * 1_250_000)"), 0.9],
  ['before another object', ['printf', '{"accuracy": 0.9}\n{"event": "bye"}\n'], 0.9],
  ['with its number as a text', ['echo', '{"accuracy": "0.9"}'], 0.9],
  ['behind a logger’s name', ['printf', 'INFO train: {"accuracy": 0.9}\nbye\n'], 0.9],
  ['behind a count', ['echo', "INFO - __main__ - epoch 2: {'accuracy': 0.9}"], 0.9],
  ['before the place of a call', ['echo', "[12:00:00] INFO     {'accuracy': 0.9}         train.py:10"], 0.9],
  ['alone in a list', ['echo', "[{'accuracy': 0.9, 'loss': 1}]"], 0.9],
  [
    'of 6 MB, behind another',
    python(
      "import json\nfor n, v in (1, 0.1), (6_000_000, 0.9): print(json.dumps({'x': 'x' * n, 'accuracy': v}))",
    ),
    0.9,
  ],
  [
    'as Node prints it, behind another',
    ['printf', '{"accuracy": 0.1}\n{ accuracy: 0.9 }\n'],
    'accuracy is "{ accuracy: 0.9 }" in its result, not a number',
  ],
  [
    'in a list of several',
    ['printf', '[\n  {"accuracy": 0.1},\n  {"accuracy": 0.9}\n]\n'],
    expect.stringContaining('printed no JSON with accuracy'),
  ],
  [
    'in other words',
    ['printf', 'epoch 1\naccuracy = 0.9\n'],
    'ended without a result: it reported no line and printed no JSON with accuracy; the last line of its output is "accuracy = 0.9". If its output says accuracy in other words, name them: metrics: {stdout: [\'accuracy: {accuracy}\']}',
  ],
];

describe.concurrent('a printed object', () => {
  it.each(objects)('%s', async (_, command, expected) => {
    const asked = { metric: 'accuracy' };
    expect(told(await endOf(command, asked), asked)).toEqual(expected);
  });

  it.each(['colour', 'numpy'])('is no need with a pattern: %s', async (style) => {
    const asked = { metric: 'accuracy', stdout: ['accuracy: {accuracy}'] };
    expect(told(await endOf(found('words_around.py', style), asked), asked)).toBe(0.875);
  });
});

it('texts that stand beside the objective stay as they are, unless they are figures', async () => {
  const said = {
    accuracy: '0.90',
    loss: '0.3100',
    rate: '5e-05',
    other: 'nan',
    run: '007',
    commit: '1e5',
    id: '20240101123456789012',
    size: '1_000',
  };
  const end = await endOf(['echo', JSON.stringify(said)], { metric: 'accuracy' });
  expect(end.final).toEqual({ ...said, accuracy: 0.9, loss: 0.31, rate: 0.00005, other: 'NaN' });
});

describe.concurrent('a report', () => {
  const report = (lines: string): string[] =>
    python(`import json, os\nf = open(os.environ['LABSWEEP_REPORT'], 'a')\n${lines}`);
  const asked = { metric: 'score' };

  it('with a line of over 64 KB is read: the objective is kept, and it says what was left out', async () => {
    const end = await endOf(
      report(`print(json.dumps({'score': 0.1}), file=f)
print(json.dumps({'score': 0.9, 'hist': [0.1] * 50_000, **{f'w{i}': i / 7 for i in range(9_000)}, 'text': 'x' * 100_000}), file=f)`),
      asked,
    );
    expect(told(end, asked)).toBe(0.9);
    expect(end.final?.['left out']).toMatch(/^[\d,]+ of 9,002 values$/);
    expect(JSON.stringify(end.final).length).toBeLessThan(128 * 1024);
  });

  it('with a line of over 16 MiB fails, since that may have been the result', async () => {
    const end = await endOf(
      report(
        `print(json.dumps({'score': 0.1}), file=f)\nprint(json.dumps({'score': 0.9, 'x': 'x' * 17_000_000}), file=f)`,
      ),
      asked,
    );
    expect(told(end, asked)).toBe(
      'a line of its report (at byte 15) is longer than 16 MiB, the most that labsweep reads; leave out what is no metric',
    );
  });

  it('is read where no line feed parts its objects, and where it is begun anew each time', async () => {
    const several = report(`f.write('{"score": 0.1}\\n{"score": 0.5}{"score": 0.9}\\n')`);
    expect(told(await endOf(several, asked), asked)).toBe(0.9);
    const anew = python(`import os, time
for i in 1, 2:
    open(os.environ['LABSWEEP_REPORT'], 'w').write('{"score": 0.%d}\\n' % i)
    time.sleep(1.5)`);
    expect(told(await endOf(anew, asked), asked)).toBe(0.2);
  });

  it.each(['{"final": true, "score": 0.9', '"score": 0.9', 'score = 0.9'])(
    'of which a line cannot be read (%s) has no earlier line for its result',
    async (line) => {
      const end = await endOf(report(`f.write('{"score": 0.1}\\n${line}')`), asked);
      expect(told(end, asked)).toBe(
        `score is ${JSON.stringify(`${line} (no object of JSON, at byte 15 of its report)`)} in its result, not a number`,
      );
    },
  );

  it('that says null says so', async () => {
    expect(told(await endOf(report(`f.write('{"score": null}')`), asked), asked)).toBe(
      'score is null in its result, not a number',
    );
  });

  it('with a last line of 6 MB that has no end is read', async () => {
    const end = await endOf(report(`f.write(json.dumps({'score': 0.9, 'x': 'x' * 6_000_000}))`), asked);
    expect(told(end, asked)).toBe(0.9);
  });

  it('of 50,000 lines is thinned, and its best and its last line are kept', async () => {
    const lines = `for i in range(50_000): f.write(json.dumps({'step': i, 'score': 9 if i == 7_777 else i % 7}) + '\\n')`;
    const end = await endOf(report(lines), asked);
    expect(end).toMatchObject({ best: { step: 7_777, score: 9 }, final: { step: 49_999 } });
    expect(end.lines).toContainEqual(end.best);
    expect(end.lines.at(-1)).toEqual(end.final);
  });
});

it('Python does not keep what it prints for itself, unless somebody says so', async () => {
  const says = python("import os; print({'score': 1, 'set': os.environ.get('PYTHONUNBUFFERED', 'no')})");
  expect((await endOf(says, { metric: 'score' })).final).toEqual({ score: 1, set: 1 });
});

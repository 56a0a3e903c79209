import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withOpened } from '../../../src/worker/spool/log-file.ts';
import { printedIn } from '../../../src/worker/supervisor/printed-result.ts';

const folder = mkdtempSync(join(tmpdir(), 'printed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const objective = { metric: 'acc', goal: 'maximize', at: 'best', selectOnTest: false } as const;

function printed(log: string): readonly unknown[] {
  const file = join(folder, 'log');
  writeFileSync(file, log);
  return withOpened(file, (opened) => printedIn(opened, objective));
}

const curve = (count: number) => Array.from({ length: count }, (_, step) => ({ step, acc: step % 7 }));

describe('the objects that a program prints', () => {
  it('are all results that have the objective, in their order', () => {
    const log = `{'loss': 1}\n{'acc': 0.5, 'epoch': 1.0}\n 50%|#| {'acc': 9}\n{'acc': 0.9, 'epoch': 2.0}\n{'loss': 2}\n`;
    expect(printed(log)).toEqual([
      { acc: 0.5, epoch: 1 },
      { acc: 0.9, epoch: 2 },
    ]);
  });

  it('are those on lines of their own, where there are any, whichever come first', () => {
    expect(printed('INFO:root:{"acc": 1}\n{"acc": 2}\nINFO:root:{"acc": 3}\n')).toEqual([{ acc: 2 }]);
    expect(printed('INFO:root:{"acc": 1}\nINFO:root:{"acc": 3}\n')).toEqual([{ acc: 1 }, { acc: 3 }]);
  });

  it('are found in no long time among many that are never closed', () => {
    const open = `{"epoch": 1, "w": [0.1, 0.2\n`.repeat(40_000);
    const began = process.cpuUsage();
    expect(printed(`${open}{"acc": 1}\n`).at(-1)).toEqual({ acc: 1 });
    const { user } = process.cpuUsage(began);
    expect(user / 1e6).toBeLessThan(10);
  });

  it('say by the last one what was found, where none has the objective', () => {
    expect(printed('{"loss": 1}\n{"val": 2}\n')).toEqual([{ val: 2 }]);
    expect(printed('nothing\n')).toEqual([]);
  });

  it('are found in a log of many pieces, set in over several lines and with signs of several bytes', () => {
    const lines = curve(400);
    const noise = `${'é – '.repeat(9_000)}\n`;
    expect(printed(lines.map((line) => noise + JSON.stringify(line, null, 2)).join('\n'))).toEqual(lines);
  });

  it('are the first 10,000, the best and the last of more', () => {
    const lines = [...curve(10_000), { step: 0, acc: 0.1 }, { step: 1, acc: 8 }, { step: 2, acc: 3 }];
    const found = printed(lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(found).toHaveLength(10_002);
    expect(found.slice(-2)).toEqual(lines.slice(-2));
  });
});

import { describe, expect, test } from 'vitest';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { folderWith, read } from './reading.ts';

function built(): LedgerBuilder {
  const ledger = new LedgerBuilder();
  ledger.declare({ points: [1, 2, 3].map((x) => ({ params: { x } })), replicates: 2 });
  ledger.fail(idOf({ x: 1 }), 'exit code 1', 'gone', 'Traceback\nValueError: shape');
  ledger.succeed(idOf({ x: 2 }), { val_accuracy: 1 });
  return ledger;
}

describe('labsweep logs', () => {
  test('of a host that is in the inventory no more shows what the ledger kept', async () => {
    const { out, err, code } = await read('logs', folderWith(built()), 'x=1,seed=1');
    expect(out).toBe('Traceback\nValueError: shape\n');
    expect(err).toMatch(/^The log on gone cannot be read .* these are its last lines\.\n$/);
    expect(code).toBe(0);
  });

  test('where nothing was kept says where the log is', async () => {
    const { out, err, code } = await read('logs', folderWith(built()), 'x=2,seed=1');
    expect(out).toBe('');
    expect(err).toContain('the log on cedar cannot be read');
    expect(code).toBe(3);
  });

  test('of a trial that has not started refers to why', async () => {
    const id = idOf({ x: 3 }, 2).slice(0, 10);
    const { err } = await read('logs', folderWith(built()), 'x=3,seed=2');
    expect(err).toBe(`trial ${id} has not started; \`labsweep why ${id}\` says why.\n`);
  });

  test('a point with several replicates has several logs, and one is asked for', async () => {
    const { err, code } = await read('logs', folderWith(built()), 'x=1');
    expect(err).toContain('x=1 names 2 replicates; name one of them by its id');
    expect(err).toContain(`${idOf({ x: 1 }, 2).slice(0, 10)}  x=1 seed=2`);
    expect(code).toBe(2);
  });

  test('an attempt that there was not is refused with those that there were', async () => {
    const { err } = await read('logs', folderWith(built()), 'x=1,seed=1', '--attempt', '4');
    expect(err).toContain('has attempts 1 to 1.');
  });
});

import { describe, expect, test } from 'vitest';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { folderWith, read } from './reading.ts';

function mixed(): LedgerBuilder {
  const built = new LedgerBuilder();
  built.declare({ points: [1, 2, 3].map((x) => ({ params: { x } })) });
  built.succeed(idOf({ x: 1 }), { val_accuracy: 0.75 });
  built.fail(idOf({ x: 2 }), 'exit code 3', 'birch');
  return built;
}

describe('labsweep list', () => {
  test('has a line for each trial, and the count beside the table', async () => {
    const { out, err } = await read('list', folderWith(mixed()));
    expect(out).toBe(
      [
        'trial       point  state      val_accuracy  host   time  why',
        `${idOf({ x: 1 }).slice(0, 10)}  x=1    succeeded  0.75          cedar  12 s`,
        `${idOf({ x: 2 }).slice(0, 10)}  x=2    failed                   birch  12 s  failed: exit code 3`,
        `${idOf({ x: 3 }).slice(0, 10)}  x=3    queued`,
        '',
      ].join('\n'),
    );
    expect(err).toBe('3 trials\n');
  });

  test('states that are named are joined', async () => {
    const { out, err } = await read('list', folderWith(mixed()), '--failed', '--queued');
    expect(out).not.toContain('succeeded');
    expect(err).toBe('2 of 3 trials\n');
  });

  test('where none is in that state stdout stays empty', async () => {
    expect(await read('list', folderWith(mixed()), '--running')).toEqual({
      out: '',
      err: '0 of 3 trials\n',
      code: 0,
    });
  });

  test('--json tells parameters, host and outcome', async () => {
    const { out } = await read('list', folderWith(mixed()), '--failed', '--json');
    expect(JSON.parse(out)).toMatchObject({
      sweep: 'lab',
      trials: [
        {
          trial: idOf({ x: 2 }),
          state: 'failed',
          params: { x: 2 },
          host: 'birch',
          outcome: { kind: 'failed' },
        },
      ],
    });
  });
});

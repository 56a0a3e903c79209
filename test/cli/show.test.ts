import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attemptId } from '../../src/model/ids.ts';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { folderWith, read, stateFolder } from './reading.ts';

const params = (layers: number) => ({ layers, dropout: 0.5 });

function trained(): LedgerBuilder {
  const built = new LedgerBuilder();
  built.declare({
    points: [7, 8].map((layers) => ({ params: params(layers), parameters: 12_345 })),
    replicates: 2,
    declaration: { retries: 1 },
  });
  built.fail(idOf(params(8), 1), 'exit code 1', 'birch', 'Traceback\nValueError: shape\n');
  built.succeed(
    idOf(params(8), 1),
    { step: 9, val_accuracy: 0.9, final: true },
    {
      best: { step: 5, val_accuracy: 0.95 },
      metricsCount: 10,
      artifacts: [
        { path: 'model/weights.bin', sizeBytes: 3 * 2 ** 20, sha256: 'a', comesBack: true },
        { path: 'history.csv', sizeBytes: 120, sha256: 'b', comesBack: true },
      ],
    },
  );
  built.fail(idOf(params(7), 1), 'exit code 1', 'birch', 'Traceback\nValueError: shape\n');
  return built;
}

describe('labsweep show', () => {
  test('tells attempts, metrics at best and final, and where the artifacts are', async () => {
    const built = trained();
    const folder = folderWith(built);
    const fetched = join(stateFolder(folder), 'artifacts', 'n1-2');
    mkdirSync(fetched, { recursive: true });
    writeFileSync(join(fetched, 'history.csv'), 'x');
    const { out } = await read('show', folder, idOf(params(8), 1).slice(0, 6));
    expect(out.replaceAll(folder, 'HERE')).toMatchInlineSnapshot(`
      "trial 03ef56e678b7bd62b51d636660e6c560
        point       layers=8 dropout=0.5 seed=1
        parameters  layers=8 dropout=0.5
        trainable   12,345
        replicate   1, seed 1
        sweeps      lab
        state       succeeded

      attempts
        1  birch cpu  failed: exit code 1  12 s  11 s of CPU  256 MiB at its peak
        2  cedar cpu  succeeded (counts)   12 s  11 s of CPU  256 MiB at its peak

      metrics of attempt 2, 10 lines
                      best  final
        step          5     9
        val_accuracy  0.95  0.9

      artifacts of attempt 2
        model/weights.bin  3 MiB  on cedar
        history.csv        120 B  HERE/.labsweep/artifacts/n1-2/history.csv

      2 of 2 artifacts are still to come from cedar: \`labsweep resume\` fetches them
      "
    `);
  });

  test('says from which checkpoint an attempt went on, or why it began anew', async () => {
    const built = trained();
    const trial = idOf(params(7), 1);
    const lease = { trial, sweep: 'lab', alone: false };
    const again = (attempt: string, number: number, continues: string | null, anew: string | null): void => {
      const leases = [{ ...lease, attempt, number, continues, anew, predicted: null }];
      built.add({ kind: 'leased', at: built.now, host: 'cedar', leases });
      built.endAttempt(attemptId(attempt), { outcome: { kind: 'vanished' } });
    };
    const [first = ''] = built.state.trials.get(trial)?.attempts ?? [];
    again('x-1', 2, first, null);
    again('x-2', 3, null, 'its checkpoint lies on birch, which was away');
    const { out } = await read('show', folderWith(built), 'layers=7,dropout=0.5,seed=1');
    expect(out).toMatch(/^ {2}2 {2}cedar cpu .* from the checkpoint of attempt 1$/m);
    expect(out).toMatch(/^ {2}3 {2}cedar cpu .* anew: its checkpoint lies on birch, which was away$/m);
  });

  test('says of a program that did not end when it was asked to that it was killed', async () => {
    const built = trained();
    const trial = idOf(params(7), 2);
    built.end(trial, { outcome: { kind: 'cancelled' }, killed: true });
    const { out } = await read('show', folderWith(built), 'layers=7,dropout=0.5,seed=2');
    expect(out).toMatch(
      /^ {2}1 {2}cedar cpu {2}cancelled; it did not end on SIGTERM within its grace, and was killed/m,
    );
  });

  test('shows what was predicted beside what it took', async () => {
    const built = trained();
    const trial = idOf(params(7), 1);
    const predicted = { seconds: 690, gpuMemoryBytes: 5 * 2 ** 30, hostMemoryBytes: 3 * 2 ** 30 };
    const lease = { trial, sweep: 'lab', alone: false, continues: null, anew: null, number: 2 };
    built.add({
      kind: 'leased',
      at: built.now,
      host: 'cedar',
      leases: [{ ...lease, attempt: 'x-1', predicted }],
    });
    const real = { seconds: 720, peakMemoryBytes: 2.5 * 2 ** 30, peakGpuMemoryBytes: 5.5 * 2 ** 30 };
    built.endAttempt(attemptId('x-1'), { outcome: { kind: 'vanished' }, ...real });
    const folder = folderWith(built);
    const { out } = await read('show', folder, 'layers=7,dropout=0.5,seed=1');
    expect(out.slice(out.indexOf('predicted, and real')).split('\n\n')[0]).toMatchInlineSnapshot(`
      "predicted, and real
           time         real    memory  real     of its GPU  real
        2  11 min 30 s  12 min  3 GiB   2.5 GiB  5 GiB       5.5 GiB
      "
    `);
    const { attempts } = JSON.parse(
      (await read('show', folder, 'layers=7,dropout=0.5,seed=1', '--json')).out,
    );
    expect(attempts[0].predicted).toBeNull();
    expect(attempts[1]).toMatchObject({ predicted, ...real });
  });

  test('of a failure it shows the end of the log', async () => {
    const { out } = await read('show', folderWith(trained()), 'layers=7,dropout=0.5,seed=1');
    expect(out).toContain('end of the log of attempt 1\n  Traceback\n  ValueError: shape\n');
  });

  test('#1 is the point that leads, with each of its replicates', async () => {
    const { out } = await read('show', folderWith(trained()), '#1', '--json');
    expect(JSON.parse(out).map(({ seed }: { seed: number }) => seed)).toEqual([1, 2]);
  });

  test('--json of one trial is one document', async () => {
    const { out } = await read('show', folderWith(trained()), 'layers=8,seed=1', '--json');
    expect(JSON.parse(out)).toMatchObject({
      trial: idOf(params(8), 1),
      state: 'succeeded',
      attempts: [
        { number: 1, host: 'birch', counts: false, outcome: { kind: 'failed' } },
        { number: 2, host: 'cedar', counts: true, best: { val_accuracy: 0.95 } },
      ],
    });
  });

  test('a name that fits several points lists them', async () => {
    const { err, code } = await read('show', folderWith(trained()), 'dropout=0.5');
    expect(err.split('\n')[0]).toBe('2 points have dropout=0.5; name more parameters');
    expect(err).toContain(`${idOf(params(7), 2).slice(0, 10)}  layers=7 dropout=0.5 seed=2`);
    expect(code).toBe(2);
  });

  test('a parameter that does not exist gets the nearest one', async () => {
    const { err } = await read('show', folderWith(trained()), 'layer=8');
    expect(err).toBe('no trial has a parameter layer; did you mean layers?\n');
  });
});

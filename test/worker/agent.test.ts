/** An agent with real processes: what each kind of program comes to. */
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture, Host, launchOf, leaseOf, type Writer } from './real-agent.ts';

let host: Host;
let writer: Writer;

beforeEach(async () => {
  host = new Host();
  writer = await host.writer();
});

afterEach(async () => {
  expect(await host.dispose()).toEqual([]);
});

const textOf = (files: readonly { path: string; base64: string }[], path: string): string =>
  Buffer.from(files.find((file) => file.path === path)?.base64 ?? '', 'base64').toString();

describe('a program', () => {
  it('succeeds with the last JSON line that it printed', async () => {
    const { end } = await writer.run('a-1', launchOf([fixture('prints-score'), '0.9']));
    expect(end).toMatchObject({
      outcome: { kind: 'succeeded' },
      final: { score: 0.9 },
      metricsCount: 1,
      logTail: '',
    });
    expect(end.seconds).toBeGreaterThan(0);
    expect(await writer.hears('metrics')).toMatchObject({ attempt: 'a-1', from: 0, lines: [{ score: 0.9 }] });
  });

  it('is given the trial contract', async () => {
    const launch = launchOf([fixture('shows-contract'), '{args}', '{seed}', '{params}'], {
      env: { GREETING: 'hello you', LABSWEEP_SEED: '9', LABSWEEP_ATTEMPT: 'b-1', LABSWEEP_ARTIFACTS: '/tmp' },
    });
    const { end, files } = await writer.run('a-1', launch, { params: { layers: 3, wide: true }, seed: 7 });
    expect(end.outcome).toEqual({ kind: 'succeeded' });
    const run = host.runFile('a-1', '/');
    expect(textOf(files, 'env').split('\n')).toEqual(
      expect.arrayContaining([
        'GREETING=hello you',
        `LABSWEEP_ARTIFACTS=${run}artifacts`,
        'LABSWEEP_ATTEMPT=a-1',
        'LABSWEEP_DATA=',
        `LABSWEEP_PARAMS=${run}params.json`,
        `LABSWEEP_REPORT=${run}report.ndjson`,
        'LABSWEEP_SEED=7',
        'LABSWEEP_TRIAL=trial-of-a-1',
        'OMP_NUM_THREADS=1',
        'MKL_NUM_THREADS=1',
      ]),
    );
    expect(JSON.parse(textOf(files, 'params.json'))).toEqual({ layers: 3, wide: true });
    expect(textOf(files, 'argv')).toBe(`--layers\n3\n--wide\n7\n${run}params.json\n`);
    expect(textOf(files, 'work')).toBe('');
  });

  it('is judged by what it reported, where the best line counts by that', async () => {
    const objective = { metric: 'score', goal: 'maximize', at: 'best', selectOnTest: false } as const;
    const { end } = await writer.run(
      'a-1',
      launchOf([fixture('reports'), '0.2', '0.8', 'NaN'], { objective }),
    );
    expect(end).toMatchObject({
      outcome: { kind: 'succeeded' },
      best: { step: 2, score: 0.8 },
      metricsCount: 4,
    });
  });

  it('is read by the patterns that the sweep has for its output', async () => {
    const metrics = { stdout: ['Epoch {epoch}/', 'val_acc: {score}'], csv: null };
    const { end } = await writer.run('a-1', launchOf([fixture('prints-epochs')], { metrics }));
    expect(end).toMatchObject({
      outcome: { kind: 'succeeded' },
      final: { epoch: 3, score: 0.8 },
      metricsCount: 3,
    });
  });

  it('is read by its CSV file', async () => {
    const objective = { metric: 'val_accuracy', goal: 'maximize', at: 'final', selectOnTest: false } as const;
    const metrics = { stdout: [], csv: 'history.csv' };
    const { end } = await writer.run('a-1', launchOf([fixture('prints-epochs')], { metrics, objective }));
    expect(end).toMatchObject({ outcome: { kind: 'succeeded' }, final: { epoch: 3, val_accuracy: 0.8 } });
  });

  it('that exits 1 has failed, with the tail of its log', async () => {
    const { end } = await writer.run('a-1', launchOf([fixture('exit-1')]));
    expect(end.outcome).toEqual({
      kind: 'failed',
      reason: 'exit',
      exitCode: 1,
      signal: null,
      message: 'ended with exit code 1: cannot open weights.h5',
    });
    expect(end.logTail).toBe('epoch 1\ncannot open weights.h5\n');
  });

  it('that says much has its last 40 lines in its end, and of a long one 8 KiB', async () => {
    const lines = await writer.run('a-1', launchOf(['sh', '-c', 'seq 1 1000; exit 1']));
    expect(lines.end.logTail).toBe(Array.from({ length: 39 }, (_, n) => `${n + 962}\n`).join(''));
    const x = launchOf(['sh', '-c', 'head -c 20000 /dev/zero | tr "\\0" x; exit 1']);
    expect((await writer.run('a-2', x)).end.logTail).toBe('x'.repeat(8 * 1024));
  });

  it('that prints garbage has failed for want of a result', async () => {
    const { end } = await writer.run('a-1', launchOf([fixture('prints-garbage')]));
    expect(end.outcome).toMatchObject({ kind: 'failed', reason: 'no-result' });
  });

  it('that prints NaN has diverged, and the metric is named', async () => {
    const { end } = await writer.run('a-1', launchOf([fixture('prints-nan')]));
    expect(end.outcome).toEqual({ kind: 'diverged', message: 'score is NaN in its result' });
  });

  it('that does not exist has not started, with where it was looked for', async () => {
    const { end } = await writer.run(
      'a-1',
      launchOf(['no-such-program'], { env: { PATH: '/usr/bin:/opt/none' } }),
    );
    expect(end.outcome).toEqual({
      kind: 'not-started',
      reason: 'no-such-program',
      message:
        "there is no program no-such-program in the PATH that the sweep's `env` sets (/usr/bin, /opt/none); " +
        "write ${PATH} in it to keep the host's own",
    });
  });

  it('that may not be executed is the host’s failure, with its path', async () => {
    const file = `${host.folder}/program`;
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o600);
    const { end } = await writer.run('a-1', launchOf([file]));
    expect(end.outcome).toMatchObject({
      kind: 'not-started',
      reason: 'not-executable',
      message: expect.stringContaining(file),
    });
  });

  it('whose name is a word of the shell is not taken for one', async () => {
    const missing = await writer.run('a-1', launchOf(['exit', '3']));
    expect(missing.end.outcome).toMatchObject({ kind: 'not-started', reason: 'no-such-program' });
    const file = `${host.folder}/exit`;
    writeFileSync(file, '#!/bin/sh\necho "{\\"score\\": $1}"\n');
    chmodSync(file, 0o700);
    const env = { PATH: `${host.folder}:${process.env['PATH'] ?? ''}` };
    const { end } = await writer.run('a-2', launchOf(['exit', '3'], { env }));
    expect(end).toMatchObject({ outcome: { kind: 'succeeded' }, final: { score: 3 } });
  });

  it('whose files or data are not on the host has not started', async () => {
    const files = await writer.run('a-1', launchOf([fixture('exit-1')], { files: 'f'.repeat(64) }));
    expect(files.end.outcome).toMatchObject({ kind: 'not-started', reason: 'content-missing' });
    const data = await writer.run(
      'a-2',
      launchOf([fixture('exit-1')], { data: { kind: 'path', path: '/none/such' } }),
    );
    expect(data.end.outcome).toMatchObject({ kind: 'not-started', reason: 'data-missing' });
  });

  it('that is killed by somebody has failed by that signal', async () => {
    writer.lease(launchOf(['sh', '-c', 'kill -9 $$']), leaseOf('a-1'));
    const { end } = await writer.ended('a-1');
    expect(end.outcome).toMatchObject({ kind: 'failed', reason: 'signal', signal: 'SIGKILL' });
  });

  it('that says that it ran out of memory is not charged for it', async () => {
    const { end } = await writer.run(
      'a-1',
      launchOf(['sh', '-c', 'echo "RuntimeError: CUDA out of memory." >&2; exit 1']),
    );
    expect(end.outcome).toMatchObject({ kind: 'oom' });
  });

  it('that prints 1 GB succeeds, and its log keeps head and tail', { timeout: 60_000 }, async () => {
    const { end } = await writer.run('a-1', launchOf([fixture('floods')]));
    expect(end).toMatchObject({ outcome: { kind: 'succeeded' }, final: { score: 1 } });
    expect(statSync(host.runFile('a-1', 'log')).size).toBeLessThanOrEqual(64 * 1024 * 1024);
    const log = readFileSync(host.runFile('a-1', 'log'), 'latin1');
    const leftOut = Number(/labsweep left out (\d+) bytes of this log/.exec(log)?.[1]);
    expect(leftOut + log.length).toBeGreaterThan(1_000_000_000);
    expect(log.startsWith('epoch 1/100')).toBe(true);
    expect(log.endsWith('{"score": 1}\n')).toBe(true);
  });
});

describe('what a trial leaves', () => {
  const of = { kind: 'artifacts', attempt: 'a-1' } as const;

  it('is listed with size and hash; what is small comes along, what is large is asked for', async () => {
    const { end, files } = await writer.run('a-1', launchOf([fixture('writes-artifacts')]));
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(end.artifacts).toEqual([
      { path: 'large.bin', sizeBytes: 2_000_000, sha256: sha256('\0'.repeat(2_000_000)), comesBack: true },
      { path: 'model.bin', sizeBytes: 8, sha256: sha256('weights\n'), comesBack: true },
      { path: 'plots/loss.txt', sizeBytes: 6, sha256: sha256('curve\n'), comesBack: true },
    ]);
    expect(files.map(({ path }) => path)).toEqual(['model.bin', 'plots/loss.txt']);
    expect(textOf(files, 'model.bin')).toBe('weights\n');
    let bytes = 0;
    for (let complete = false; !complete; ) {
      const offset = bytes;
      writer.send({ kind: 'read-file', of, path: 'large.bin', offset });
      const answer = await writer.hears('file', (said) => said.offset === offset);
      bytes += Buffer.from(answer.base64, 'base64').length;
      ({ complete } = answer);
    }
    expect(bytes).toBe(2_000_000);
  });

  it('is not read from anywhere else', async () => {
    await writer.run('a-1', launchOf([fixture('prints-score'), '1']));
    for (const question of [
      { kind: 'read-file', of, path: '../params.json', offset: 0 },
      { kind: 'read-log', attempt: '../../journal.ndjson', offset: 0 },
    ] as const) {
      const other = await host.connect();
      await other.greet();
      other.send(question);
      await expect.poll(() => other.isClosed, { timeout: 5_000 }).toBe(true);
      expect(other.heard.filter(({ kind }) => kind === 'file' || kind === 'log')).toEqual([]);
    }
  });

  it('of processes is ended with it, wherever they went', async () => {
    const { end } = await writer.run('a-1', launchOf([fixture('leaves-children')]));
    expect(end.outcome).toEqual({ kind: 'succeeded' });
    // The one that left the session is found with the next sample, which is told of by figures.
    const from = writer.heard.length;
    await expect
      .poll(
        () =>
          writer.heard.slice(from).some(({ kind }) => kind === 'figures') && host.survivors().length === 0,
        { timeout: 5_000 },
      )
      .toBe(true);
  });
});

describe('a trial that is asked to end', () => {
  it('ends by SIGTERM, and its next attempt finds its checkpoint', async () => {
    writer.lease(launchOf([fixture('saves-on-sigterm')]), leaseOf('a-1', { trial: 't' }));
    await writer.logHas('a-1', 'ready');
    writer.send({ kind: 'cancel', attempts: ['a-1'] });
    expect((await writer.ended('a-1')).end.outcome).toEqual({ kind: 'cancelled' });
    writer.send({ kind: 'ack', attempts: ['a-1'] });
    const { end } = await writer.run('a-2', launchOf([fixture('saves-on-sigterm')]), {
      trial: 't',
      continues: 'a-1',
    });
    expect(end).toMatchObject({ outcome: { kind: 'succeeded' }, final: { score: 2 } });
  });

  it('is killed after a grace of 10 s when it ignores that', { timeout: 30_000 }, async () => {
    writer.lease(launchOf([fixture('ignores-sigterm')], { timeoutMs: 500 }), leaseOf('a-1'));
    const { end } = await writer.ended('a-1');
    expect(end.outcome).toEqual({ kind: 'timeout', afterMs: 500 });
    expect(end.seconds).toBeGreaterThan(10);
  });

  it('is ended by its timeout', async () => {
    const { end } = await writer.run('a-1', launchOf([fixture('never-ends')], { timeoutMs: 300 }));
    expect(end).toMatchObject({
      outcome: { kind: 'timeout', afterMs: 300 },
      logTail: expect.stringMatching(/^ready\n/),
    });
    expect(end.seconds).toBeLessThan(5);
  });

  it('is ended when it neither reports nor computes, but not while it computes', async () => {
    const launch = launchOf([fixture('never-ends')], { stallAfterMs: 1_500 });
    const busy = launchOf([fixture('spins')], { stallAfterMs: 1_500, timeoutMs: 5_000 });
    writer.lease(busy, leaseOf('a-2'));
    const { end } = await writer.run('a-1', launch);
    expect(end.outcome).toEqual({ kind: 'stalled', afterMs: 1_500 });
    const spun = await writer.ended('a-2');
    expect(spun.end.outcome).toEqual({ kind: 'timeout', afterMs: 5_000 });
    expect(spun.end.cpuSeconds).toBeGreaterThan(0.5);
    expect(spun.end.peakMemoryBytes).toBeGreaterThan(100_000);
  });
});

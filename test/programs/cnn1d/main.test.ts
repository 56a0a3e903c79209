import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './dataset/speech-folder.ts';
import { enginesCanBeMade, madeEngine } from './engine/made-engine.ts';
import { packTones, quickParams } from './training/tones.ts';

const installationMs = 300_000;
const main = join(import.meta.dirname, '../../../src/programs/cnn1d/main.ts');

describe('the trial program', () => {
  it('holds the trial contract: metrics lines, the final one last, artifacts', async () => {
    const { env, folder } = await trial({ epochs: 2 });
    const report = join(folder, 'report.ndjson');
    await promisify(execFile)(process.execPath, [main], { env: { ...env, LABSWEEP_REPORT: report } });
    const lines = readLines(readFileSync(report, 'utf8'));
    expect(lines.map((line) => line['final'])).toEqual([undefined, undefined, true]);
    expect(lines.at(-1)).toMatchObject({ parameters: expect.any(Number), val_accuracy: expect.any(Number) });

    const artifacts = join(folder, 'artifacts');
    expect(readdirSync(artifacts).sort()).toEqual([
      'confusion.csv',
      'history.json',
      'model.json',
      'predictions.csv',
      'weights.bin',
      'weights.safetensors',
    ]);
    expect(JSON.parse(readFileSync(join(artifacts, 'history.json'), 'utf8'))).toEqual(lines.slice(0, 2));
    const predictions = readFileSync(join(artifacts, 'predictions.csv'), 'utf8').trim().split('\n');
    expect(predictions).toHaveLength(1 + 6 + 4);
    expect(predictions[1]).toMatch(
      /^high\/validation0_nohash_0\.wav,validation,high,(high|low),[01]\.\d{4}$/,
    );
    const confusion = readFileSync(join(artifacts, 'confusion.csv'), 'utf8');
    expect(confusion).toMatch(/^split,word,high,low\nvalidation,high,\d,\d\nvalidation,low,/);
    expect(sumOf(confusion.match(/\d+/g) ?? [])).toBe(6 + 4);
    expectSafetensors(
      readFileSync(join(artifacts, 'weights.safetensors')),
      Number(lines.at(-1)?.['parameters']),
    );
  });

  it('ends on SIGTERM with a checkpoint and is finished by the next attempt', async () => {
    const { env, folder } = await trial({ epochs: 100_000, patience: 100_000 });
    const first = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const seen: string[] = [];
    for await (const line of createInterface(first.stdout)) {
      seen.push(line);
      if (seen.length === 2) first.kill('SIGTERM');
    }
    if (first.exitCode === null) await once(first, 'exit');
    expect(first.exitCode).toBe(143);
    // As many epochs as are done, so that the next attempt has only the end before it.
    await writeFile(join(folder, 'checkpoint', 'note'), 'other files in the folder do no harm');
    const second = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const again: string[] = [];
    for await (const line of createInterface(second.stdout)) {
      again.push(line);
      if (again.length === seen.length + 1) second.kill('SIGKILL');
    }
    expect(again.slice(0, seen.length)).toEqual(seen);
    expect(JSON.parse(again[seen.length] ?? '{}')).toMatchObject({ epoch: seen.length + 1 });
  });

  it.each([
    [{ LABSWEEP_DATA: '' }, 'LABSWEEP_DATA names no data set: cnn1d needs one to train on.'],
    [
      { LABSWEEP_DATA: '/nowhere' },
      '/nowhere holds no data set that labsweep has packed; import it with: labsweep data import',
    ],
    [{ LABSWEEP_SEED: 'x' }, 'LABSWEEP_SEED is x, not a whole number.'],
    [{ LABSWEEP_WORDS: '["low","tree"]' }, 'The data set has no clips of tree; its words are high, low.'],
    [{ LABSWEEP_PARAMS: '/nowhere.json' }, 'LABSWEEP_PARAMS names /nowhere.json, which cannot be read.'],
  ])('says in one sentence what is wrong: %j', async (wrong, sentence) => {
    const { env } = await trial({});
    const failed = await promisify(execFile)(process.execPath, [main], { env: { ...env, ...wrong } }).catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(failed).toMatchObject({ code: 1, stderr: `${sentence}\n` });
  });
});

describe.each([
  { engine: 'wasm', isHere: true },
  { engine: 'native', isHere: enginesCanBeMade() },
])('the trial program on $engine', ({ engine, isHere }) => {
  const slow = { pool: 3, layers: 8, startChannels: 64, epochs: 100, patience: 100 };
  it.skipIf(!isHere)(
    'ends within 5 s of SIGTERM, in the middle of an epoch, with a checkpoint',
    {
      timeout: installationMs,
    },
    async () => {
      const { env, folder } = await trialOn(engine, slow);
      // Once more where it came between two epochs.
      for (let batch = 0; batch === 0; ) {
        const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'ignore'] });
        const begun = performance.now();
        await once(child.stdout, 'data');
        // An epoch has three steps and two evaluations; the first took this long with the start of the process.
        await pause((performance.now() - begun) / 4);
        const asked = performance.now();
        child.kill('SIGTERM');
        await once(child, 'exit');
        expect(child.exitCode).toBe(143);
        expect(performance.now() - asked).toBeLessThan(5_000);
        const [header = ''] = readFileSync(join(folder, 'checkpoint/checkpoint.bin'), 'latin1').split(
          '\n',
          1,
        );
        const { progress } = JSON.parse(header) as { progress: { epoch: number; batch: number } };
        expect(progress.epoch).toBeGreaterThan(0);
        ({ batch } = progress);
      }
    },
  );

  it.skipIf(!isHere)(
    'says at which step the loss is no number any more, and ends as a training does',
    {
      timeout: installationMs,
    },
    async () => {
      const { env, folder } = await trialOn(engine, { epochs: 100_000, patience: 100_000 });
      const first = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'ignore'] });
      await once(first.stdout, 'data');
      first.kill('SIGTERM');
      await once(first, 'exit');
      const step = makeWild(join(folder, 'checkpoint/checkpoint.bin')) + 1;
      const diverged = await promisify(execFile)(process.execPath, [main], { env });
      expect(diverged.stdout).toContain('"final":true');
      expect(diverged.stderr).toMatch(/^The loss was no number any more at step \d+ \(epoch \d+\); try a/m);
      expect(diverged.stderr).toContain(`at step ${step} `);
    },
  );
});

/** Weights from which a step leaves the numbers, in a checkpoint. @returns the steps that are done */
function makeWild(file: string): number {
  const bytes = readFileSync(file);
  const start = bytes.indexOf('\n') + 1;
  const header = JSON.parse(bytes.subarray(0, start).toString('utf8')) as Checkpoint;
  const [parameters = 0] = header.lengths;
  const body = bytes.subarray(start);
  for (let index = 0; index < parameters; index += 1) body.writeFloatLE(1e38, index * 4);
  const sha256 = createHash('sha256').update(body).digest('hex');
  writeFileSync(file, Buffer.concat([Buffer.from(`${JSON.stringify({ ...header, sha256 })}\n`), body]));
  return header.steps;
}

interface Checkpoint {
  readonly steps: number;
  readonly lengths: readonly number[];
}

async function trialOn(engine: string, params: Parameters<typeof quickParams>[0]) {
  const { env, folder } = await trial({ ...params, engine });
  if (engine === 'native') env['LABSWEEP_ENGINES'] = JSON.stringify({ native: await madeEngine() });
  return { env, folder };
}

async function trial(params: Parameters<typeof quickParams>[0]) {
  const folder = await temporaryFolder();
  const file = join(folder, 'params.json');
  await writeFile(file, JSON.stringify(quickParams(params)));
  const env: Record<string, string> = {
    LABSWEEP_PARAMS: file,
    LABSWEEP_SEED: '3',
    LABSWEEP_DATA: await packTones(),
    LABSWEEP_CHECKPOINT: join(folder, 'checkpoint'),
    LABSWEEP_ARTIFACTS: join(folder, 'artifacts'),
  };
  return { folder, env };
}

function readLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Reads the header back and adds the sizes up. */
function expectSafetensors(bytes: Buffer, parameters: number): void {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8')) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  const size = (name: string) => (header[name]?.shape ?? []).reduce((product, extent) => product * extent, 1);
  const trained = Object.keys(header).filter((name) => !/mean|variance/.test(name));
  expect(trained.reduce((sum, name) => sum + size(name), 0)).toBe(parameters);
  for (const [name, { data_offsets: offsets }] of Object.entries(header))
    expect(offsets[1] - offsets[0]).toBe(4 * size(name));
  expect(Math.max(...Object.values(header).map(({ data_offsets: offsets }) => offsets[1]))).toBe(
    bytes.length - 8 - length,
  );
}

const sumOf = (numbers: readonly string[]): number => numbers.reduce((sum, each) => sum + Number(each), 0);

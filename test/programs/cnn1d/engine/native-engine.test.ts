import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Engine } from '../../../../src/programs/cnn1d/engine/engine.ts';
import { EngineError } from '../../../../src/programs/cnn1d/engine/engine-error.ts';
import { nativeEngine } from '../../../../src/programs/cnn1d/engine/native/native-engine.ts';
import { openEngine } from '../../../../src/programs/cnn1d/engine/open-engine.ts';
import { engineContract } from './engine-contract.ts';
import { enginesCanBeMade, madeEngine } from './made-engine.ts';

const run = promisify(execFile);
const installationMs = 300_000;

describe.skipIf(!enginesCanBeMade())('the engine native, as it is installed', () => {
  let folder: string;
  let native: Engine;
  beforeAll(async () => {
    folder = await madeEngine();
    native = nativeEngine('native', folder, () => {});
  }, installationMs);

  engineContract('native', async () => native);

  const firstSteps = async (name: string, batchNorm: boolean): Promise<number[]> => {
    const program = join(import.meta.dirname, 'first-steps.ts');
    const { stdout } = await run(process.execPath, [program, name, folder, String(batchNorm)]);
    return z.array(z.number()).parse(JSON.parse(stdout));
  };

  it.each([false, true])('takes the same first steps as wasm, batchNorm %s', async (batchNorm) => {
    const [wasm, native] = await Promise.all([
      firstSteps('wasm', batchNorm),
      firstSteps('native', batchNorm),
    ]);
    for (const [step, loss] of wasm.entries())
      expect(Math.abs(loss - (native[step] ?? Number.NaN)), `step ${step}`).toBeLessThan(1e-3);
    expect(await firstSteps('native', batchNorm)).toEqual(native);
  });

  it('is what auto takes, and says so', async () => {
    const said: string[] = [];
    const engines = { native: folder };
    const engine = await openEngine('auto', { engines, hasGpu: false, say: (line) => said.push(line) });
    expect(engine.name).toBe('native');
    expect(said).toEqual([expect.stringMatching(/^Trains on native: libtensorflow [\d.]+, 1 threads\.$/)]);
  });
});

describe('an engine that does not work', () => {
  const broken = { engines: { native: import.meta.dirname }, hasGpu: false };

  it('gives way to the next best under auto, which says why', async () => {
    const said: string[] = [];
    const engine = await openEngine('auto', { ...broken, say: (line) => said.push(line) });
    expect(engine.name).toBe('wasm');
    expect(said).toEqual([
      expect.stringMatching(
        /^The engine native does not work on this host: Cannot find module .*\. The next best is taken\.$/,
      ),
    ]);
  });

  it('never gives way to the cores where the trial has a GPU, and says how it trains there', async () => {
    const engines = { gpu: import.meta.dirname, native: import.meta.dirname };
    const opened = openEngine('auto', { engines, hasGpu: true, say: () => {} });
    await expect(opened).rejects.toThrow(EngineError);
    await expect(opened).rejects.toThrow(/^The engine gpu does not work .*resources: \{gpus: 0\}/);
  });

  it('fails the trial that asks for it by name', async () => {
    const opened = openEngine('native', { ...broken, say: () => {} });
    await expect(opened).rejects.toThrow(EngineError);
    await expect(opened).rejects.toThrow('does not work on this host');
  });

  it('says how it is installed where it is not', async () => {
    const opened = openEngine('native', { engines: {}, hasGpu: false, say: () => {} });
    await expect(opened).rejects.toThrow('labsweep engine install native');
    const gpu = openEngine('gpu', { engines: { gpu: '/nowhere' }, hasGpu: false, say: () => {} });
    await expect(gpu).rejects.toThrow('ask for gpus: 1');
  });
});

import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { enginesCanBeMade } from '../programs/cnn1d/engine/made-engine.ts';
import { it } from './lab.ts';

const sweep = (engine: string): string =>
  [
    'sweep: tiny',
    'program: cnn1d',
    'data: mini',
    'objective: {metric: val_accuracy, goal: maximize, at: final}',
    'grid: {layers: [6]}',
    `fixed: {startChannels: 8, epochs: 1, batchNorm: true, engine: ${engine}}`,
  ].join('\n');

describe('an engine that is not installed', () => {
  it('is named where a sweep asks for it, and nothing starts', async ({ lab }) => {
    lab.write('sweep.yaml', sweep('native'));
    const { code, err } = await lab.labsweep('run', 'sweep.yaml');
    expect(code).toBe(exitCode.badInput);
    expect(err).toBe(
      'sweep.yaml:6:63  fixed.engine: the engine native is not installed; run: labsweep engine install native\n',
    );
  });

  it('is listed with what it is for', async ({ lab }) => {
    const { out } = await lab.labsweep('engine', 'list');
    expect(out).toMatch(/^wasm +there .*\nnative +not installed .*\ngpu +not installed .*\n/m);
  });

  it('is refused by a name that is none', async ({ lab }) => {
    const { code, err } = await lab.labsweep('engine', 'install', 'tpu');
    expect(code).toBe(exitCode.badInput);
    expect(err).toContain('Allowed choices are native, gpu');
  });

  it('says what is missing here to make it, and leaves nothing behind', async ({ lab }) => {
    lab.env['PATH'] = lab.path('nothing');
    const { code, err } = await lab.labsweep('engine', 'install', 'native');
    expect(code).toBe(exitCode.badInput);
    expect(err).toContain('There is no npm here: it comes with Node.');
    expect(existsSync(lab.path('.labsweep'))).toBe(false);
  });
});

describe.skipIf(!enginesCanBeMade())('the engine native', () => {
  it('is installed by one command, and trials that ask for it train on it', {
    timeout: 300_000,
  }, async ({ lab }) => {
    lab.patienceMs = 240_000;
    const made = await lab.labsweep('engine', 'install', 'native');
    expect(made).toMatchObject({
      code: exitCode.done,
      out: expect.stringMatching(
        /^native: libtensorflow [\d.]+, made in .*; sweeps with engine auto or native/,
      ),
    });
    lab.write('sweep.yaml', sweep('native'));
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    const logs = await lab.labsweep('logs', 'layers=6');
    expect(logs.out).toMatch(/^Trains on native: libtensorflow [\d.]+, 1 threads\.$/m);

    const works = await lab.labsweep('hosts', 'check', '--sweep', 'sweep.yaml');
    expect(works.out).toContain('    engine native works\n');
    const { content } = JSON.parse(lab.read('.labsweep/engines/native.json')) as { content: string };
    const addon = join(lab.host, 'content', content, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8');
    chmodSync(addon, 0o700);
    rmSync(join(addon, 'tfjs_binding.node'));
    const broken = await lab.labsweep('hosts', 'check', '--sweep', 'sweep.yaml');
    expect(broken.out).toMatch(
      /^ {2}x engine native: .* does not work on this host: .*; trials of engine auto take/m,
    );
  });
});

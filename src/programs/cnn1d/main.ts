/** The trial program: trains one network by the trial contract, on a host, beside nothing but its WebAssembly. */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { z } from 'zod';
import type { MetricsLine } from '../../model/result/metrics.ts';
import { DatasetError } from './dataset/dataset-error.ts';
import { type Dataset, readDataset } from './dataset/read-dataset.ts';
import { EngineError } from './engine/engine-error.ts';
import { openEngine } from './engine/open-engine.ts';
import { writeArtifacts } from './training/artifacts.ts';
import { CheckpointFile } from './training/checkpoint.ts';
import { train, type TrainingJob } from './training/train.ts';
import { TrainingError } from './training/training-error.ts';
import { enginesFrom, readEnvironment, type TrialEnvironment } from './trial-environment.ts';
import { chooseWords } from './words.ts';

/** As a shell says of a process that SIGTERM ended. */
const exitOnTerm = 143;

/** `try-engine NAME`: whether an engine of LABSWEEP_ENGINES works on this host. @throws EngineError where not */
async function tryEngine(name: string): Promise<number> {
  const engines = enginesFrom(process.env['LABSWEEP_ENGINES']);
  const wanted = z.enum(['wasm', 'native', 'gpu']).parse(name);
  await openEngine(wanted, { engines, hasGpu: true, say: () => {} });
  return 0;
}

async function main(): Promise<number> {
  const [verb, name = ''] = process.argv.slice(2);
  return verb === 'try-engine' ? tryEngine(name) : trainTrial();
}

async function trainTrial(): Promise<number> {
  let isStopped = false;
  process.on('SIGTERM', () => {
    isStopped = true;
  });
  const environment = readEnvironment(process.env);
  const { params, seed, artifacts } = environment;
  const dataset = await readDataset(environment.data);
  const words = wordsOf(dataset, environment.words);
  const end = await train({
    params,
    seed,
    words,
    dataset,
    engine: await openEngine(params.engine, {
      engines: environment.engines,
      hasGpu: (process.env['CUDA_VISIBLE_DEVICES'] ?? '') !== '',
      say: (sentence) => process.stderr.write(`${sentence}\n`),
    }),
    report: (line) => report(environment, line),
    checkpoints: checkpointsOf(environment, dataset, words),
    isStopped: () => isStopped,
    nowMs: () => performance.now(),
    // Linux has it in KiB (getrusage(2)).
    peakMemoryMb: () => process.resourceUsage().maxRSS / 1_024,
  });
  dataset.close();
  if (end.kind === 'stopped') return exitOnTerm;
  if (end.diverged !== null) process.stderr.write(`${end.diverged}\n`);
  if (artifacts !== null && end.kind === 'finished') writeArtifacts(artifacts, { ...end, words });
  // Last, since whoever reads it may take the trial for finished.
  report(environment, end.line);
  return 0;
}

function report({ report: file }: TrialEnvironment, line: MetricsLine): void {
  const text = `${JSON.stringify(line)}\n`;
  if (file === null) process.stdout.write(text);
  else appendFileSync(file, text);
}

function wordsOf(dataset: Dataset, wanted: readonly string[] | null): readonly string[] {
  const missing = (wanted ?? []).filter((word) => !dataset.words.includes(word));
  if (missing.length > 0)
    throw new TrainingError(
      'words',
      `The data set has no clips of ${missing.join(', ')}; its words are ${dataset.words.join(', ')}.`,
    );
  return wanted ?? chooseWords(dataset.words);
}

function checkpointsOf(
  { checkpoint, params, seed }: TrialEnvironment,
  dataset: Dataset,
  words: readonly string[],
): TrainingJob['checkpoints'] {
  if (checkpoint === null) return { load: () => null, save: () => {} };
  const { engine: _, ...numbers } = params;
  const trial = createHash('sha256')
    .update(JSON.stringify([numbers, words, dataset.hash, seed]))
    .digest('hex');
  return new CheckpointFile(checkpoint, trial);
}

function isForPerson(error: unknown): error is Error {
  return error instanceof TrainingError || error instanceof DatasetError || error instanceof EngineError;
}

process.exitCode = await main().catch((error: unknown) => {
  const said = isForPerson(error)
    ? error.message
    : `cnn1d failed: ${error instanceof Error ? error.message : String(error)}`;
  process.stderr.write(`${said}\n`);
  if (process.env['LABSWEEP_DEBUG']) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  return 1;
});

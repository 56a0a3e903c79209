import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Params } from '../../model/grid/params.ts';
import { type Cnn1dParams, complete } from './parameters.ts';
import { TrainingError } from './training/training-error.ts';

/** What the trial contract says to a program through its environment. */
export interface TrialEnvironment {
  readonly params: Cnn1dParams;
  readonly seed: number;
  /** The packed data set. */
  readonly data: string;
  /** Folders of the engines that are on this host, by name. */
  readonly engines: Readonly<Record<string, string>>;
  /** Classes in order; null leaves the choice to the program. */
  readonly words: readonly string[] | null;
  /** Where metrics lines are appended; null: standard output. */
  readonly report: string | null;
  /** Folders; null where they are not kept. */
  readonly checkpoint: string | null;
  readonly artifacts: string | null;
}

/**
 * Reads LABSWEEP_PARAMS, LABSWEEP_SEED, LABSWEEP_DATA, LABSWEEP_ENGINES (a JSON object), LABSWEEP_WORDS (a JSON
 * list), LABSWEEP_REPORT, LABSWEEP_CHECKPOINT and LABSWEEP_ARTIFACTS.
 * @throws TrainingError that names the variable.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): TrialEnvironment {
  const { LABSWEEP_DATA: data } = env;
  if (!data)
    throw new TrainingError('environment', 'LABSWEEP_DATA names no data set: cnn1d needs one to train on.');
  return {
    params: paramsFrom(env['LABSWEEP_PARAMS']),
    seed: seedFrom(env['LABSWEEP_SEED'] || '1'),
    data,
    engines: enginesFrom(env['LABSWEEP_ENGINES']),
    words: wordsFrom(env['LABSWEEP_WORDS']),
    report: env['LABSWEEP_REPORT'] || null,
    checkpoint: env['LABSWEEP_CHECKPOINT'] || null,
    artifacts: env['LABSWEEP_ARTIFACTS'] || null,
  };
}

function paramsFrom(file: string | undefined): Cnn1dParams {
  const given = file ? json(`LABSWEEP_PARAMS (${file})`, readText(file)) : {};
  const completed = complete(given as Params);
  if (completed.kind === 'complete') return completed.params as Cnn1dParams;
  const said = completed.issues.map(({ parameter, message }) => `${parameter}: ${message}`).join('; ');
  throw new TrainingError('environment', `LABSWEEP_PARAMS cannot be trained with: ${said}.`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TrainingError('environment', `LABSWEEP_PARAMS names ${file}, which cannot be read.`, cause);
  }
}

function seedFrom(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed)) return seed;
  throw new TrainingError('environment', `LABSWEEP_SEED is ${text}, not a whole number.`);
}

/** @throws TrainingError */
export function enginesFrom(text: string | undefined): Readonly<Record<string, string>> {
  const engines = z.record(z.string(), z.string()).safeParse(text ? json('LABSWEEP_ENGINES', text) : {});
  if (engines.success) return engines.data;
  throw new TrainingError('environment', `LABSWEEP_ENGINES is ${text}, not a JSON object of folders.`);
}

function wordsFrom(text: string | undefined): readonly string[] | null {
  if (!text) return null;
  const words = z.array(z.string()).min(2).safeParse(json('LABSWEEP_WORDS', text));
  if (words.success && new Set(words.data).size === words.data.length) return words.data;
  throw new TrainingError(
    'environment',
    `LABSWEEP_WORDS is ${text}, not a JSON list of two or more different words.`,
  );
}

function json(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrainingError('environment', `${what} is no JSON.`, cause);
  }
}

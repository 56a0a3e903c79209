import { z } from 'zod';
import type { CompletedParams, ParamIssue } from '../../model/program.ts';
import type { Params } from '../../model/grid/params.ts';
import { jsonText } from '../../model/value.ts';
import { architectureOf, deepestBelow } from './architecture.ts';
import { families, familyNames } from './families.ts';

/** A layer's weights and activations have to fit a browser-sized memory long before this. */
const maxLayers = 64;

const number = (said: string, holds: (value: number) => boolean) =>
  z.custom<number>((value) => typeof value === 'number' && holds(value), {
    error: ({ input }) => `${show(input)} is not ${said}`,
  });
const whole = (low: number, high: number) =>
  number(`a whole number from ${low} to ${high}`, (v) => Number.isInteger(v) && v >= low && v <= high);
const choice = <const Choice extends string>(...choices: readonly Choice[]) =>
  z.enum(choices, { error: ({ input }) => `${show(input)} is not one of ${choices.join(', ')}` });

/** Values as they are checked, one by one; what they mean together is checked in `complete`. */
const given = z.strictObject({
  family: choice(...familyNames).default('custom-k5'),
  layers: whole(1, maxLayers).optional(),
  startChannels: whole(1, 1024).optional(),
  denseLayers: whole(1, 2).optional(),
  kernel: whole(1, 101).optional(),
  pool: whole(2, 100).optional(),
  growth: whole(1, maxLayers).optional(),
  dropout: number('in [0, 1)', (v) => v >= 0 && v < 1).default(0.5),
  batchNorm: z.boolean({ error: ({ input }) => `${show(input)} is not true or false` }).default(false),
  epochs: whole(1, 100_000).default(30),
  batchSize: whole(1, 1024).default(32),
  learningRate: number('above 0 and at most 1', (v) => v > 0 && v <= 1).default(0.001),
  patience: whole(1, 100_000).default(10),
  noise: number('in [0, 1)', (v) => v >= 0 && v < 1).default(0),
  shortClips: choice('pad', 'drop').default('pad'),
  engine: choice('auto', 'wasm', 'native', 'gpu').default('auto'),
});
type Given = z.infer<typeof given>;

/** Every parameter with its value; `denseLayers` is there for the family base alone. */
type FromFamily = 'layers' | 'startChannels' | 'kernel' | 'pool' | 'growth';
export type Cnn1dParams = Omit<Given, FromFamily> & Readonly<Record<FromFamily, number>>;

export const parameterNames: readonly string[] = Object.keys(given.shape);

/** Fills in the family's defaults, so that two spellings of one network have one identity. */
export function complete(params: Params): CompletedParams {
  const parsed = given.safeParse(params);
  if (!parsed.success) return refuse(params, parsed.error.issues.flatMap(paramIssues));
  const { denseLayers, ...rest } = parsed.data;
  const family = families[rest.family];
  const full: Cnn1dParams = {
    ...rest,
    layers: rest.layers ?? family.layers,
    startChannels: rest.startChannels ?? family.startChannels,
    kernel: rest.kernel ?? family.kernel,
    pool: rest.pool ?? family.pool,
    growth: rest.growth ?? family.growth,
    ...(rest.family === 'base' ? { denseLayers: denseLayers ?? 1 } : {}),
  };
  const issues = [...depthIssues(full), ...denseIssues(rest.family, denseLayers)];
  return issues.length > 0 ? { kind: 'refused', issues } : { kind: 'complete', params: full as Params };
}

/** The rest is completed without what is wrong by itself, so that a person hears everything at once. */
function refuse(params: Params, issues: readonly ParamIssue[]): CompletedParams {
  const wrong = new Set(issues.map(({ parameter }) => parameter));
  const rest = complete(Object.fromEntries(Object.entries(params).filter(([name]) => !wrong.has(name))));
  return { kind: 'refused', issues: [...issues, ...(rest.kind === 'refused' ? rest.issues : [])] };
}

/** Reads completed params back: what `complete` returned, or what a params file holds of it. */
export function readParams(params: Readonly<Record<string, unknown>>): Cnn1dParams {
  const completed = complete(params as Params);
  if (completed.kind === 'complete') return completed.params as Cnn1dParams;
  throw new RangeError(
    completed.issues.map(({ parameter, message }) => `${parameter}: ${message}`).join('; '),
  );
}

function depthIssues(params: Cnn1dParams): ParamIssue[] {
  if (params.family === 'vgg-k3' && params.layers % 2 === 1)
    return [
      { parameter: 'layers', message: `${params.layers} is odd; vgg-k3 has its convolutions in pairs` },
    ];
  if (params.startChannels * 2 ** Math.floor((params.layers - 1) / params.growth) > 2 ** 16)
    return [{ parameter: 'layers', message: `${params.layers} layers end in more than 65,536 channels` }];
  if (architectureOf(params, 2) !== null) return [];
  const deepest = deepestBelow(params);
  const message =
    deepest === 0
      ? `no network of ${params.family} with kernel ${params.kernel} and pool ${params.pool} fits a one-second clip`
      : `${params.layers} layers leave nothing of a one-second clip; ${params.family} with kernel ` +
        `${params.kernel} and pool ${params.pool} has at most ${deepest}`;
  return [{ parameter: 'layers', message }];
}

function denseIssues(family: Given['family'], denseLayers: number | undefined): ParamIssue[] {
  if (family === 'base' || denseLayers === undefined) return [];
  return [{ parameter: 'denseLayers', message: `only the family base has dense layers, ${family} has none` }];
}

function paramIssues(issue: z.core.$ZodIssue): ParamIssue[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((parameter) => ({ parameter, message: 'is no parameter of cnn1d' }));
  return [{ parameter: String(issue.path[0]), message: issue.message }];
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : jsonText(value));

import { canonicalJson, canonicalParams, sha256Hex } from './canonical.ts';
import { type ContentHash, type LaunchId, launchId, type TrialId, trialId } from '../ids.ts';
import type { Launch } from '../launch.ts';
import type { Objective } from '../result/metrics.ts';
import type { Params } from './params.ts';
import { hashAfter } from './shared-hash.ts';

/** What of a program makes a trial another trial. */
export type ProgramIdentity =
  | { readonly kind: 'builtin'; readonly name: string; readonly version: number }
  | {
      readonly kind: 'command';
      readonly command: readonly string[];
      readonly files: ContentHash | null;
      readonly env: Readonly<Record<string, string>>;
      readonly argStyle: Launch['argStyle'];
      /** Absent for flags, which are passed as they were before this key came. */
      readonly booleans?: NonNullable<Launch['booleans']>;
      /** Absent where the sweep has none, so that trials keep the names that they had before these keys came. */
      readonly activate?: string;
      /** SHA-256 of the requirements file. */
      readonly python?: string;
      readonly setup?: readonly string[];
    };

/** Content and the words in the order of the classes; or a name and version that people vouch for. */
export type DataIdentity =
  | { readonly hash: ContentHash; readonly words: readonly string[] | null }
  | { readonly name: string; readonly version: string };

/**
 * The program of a trial that is trained anew for an objective: a result that it has lacks what that ranks by, and serves
 * other sweeps as it is.
 */
export const programFor = (program: object, { metric, goal, at }: Objective): object => ({
  ...program,
  objective: { metric, goal, at },
});

/** What all trials of a sweep have in common. */
export interface Common {
  readonly program: ProgramIdentity;
  readonly data: DataIdentity | null;
  /** Names of parameters that are kept with the result but do not make it another trial. */
  readonly provenance: readonly string[];
}

/** What all trials of a sweep have in common, as any ledger says. */
interface Declared {
  readonly program: unknown;
  readonly data: unknown;
  readonly provenance: readonly string[];
}

/** Of one point: the hash of everything but the seed, and a trial's id for each seed. */
interface PointIds {
  /** Trials of one shape need the same of a host. */
  readonly shape: string;
  readonly trials: readonly TrialId[];
}

/** The names of parameters that a program keeps out of the identity, by its own; null where it is not known. */
export type Provenance = (program: unknown) => readonly string[] | null;

export type Identify = (params: Params, seeds: readonly number[]) => PointIds;

/** Half of a SHA-256: no two of 10^15 trials share it by chance. */
const idDigits = 32;
const shortHash = (text: string): string => sha256Hex(text).slice(0, idDigits);

/** Names the trials of a sweep point by point; what they have in common is written once. */
export const identify = (common: Common): Identify => identifyAny(common);

/** The same of what a ledger declares, whoever wrote it. */
export function identifyAny({ program, data, provenance }: Declared): Identify {
  // RFC 8785 by hand, its keys in their order: data, params, program, seed.
  const hashTails = hashAfter(`{"data":${canonicalJson(data)},"params":`);
  const programText = canonicalJson(program);
  return (params, seeds) => {
    const middle = `${canonicalParams(params, provenance)},"program":${programText}`;
    const tails = ['}', ...seeds.map((seed) => `,"seed":${canonicalJson(seed)}}`)];
    const [shape = '', ...trials] = hashTails(middle, tails).map((digest) => digest.slice(0, idDigits));
    return { shape, trials: trials.map(trialId) };
  };
}

/** P3: a trial's identity is its content. The first 32 hexadecimal digits of the SHA-256 of its canonical JSON. */
export function trialIdOf(trial: Common & { readonly params: Params; readonly seed: number }): TrialId {
  const { program, data, params, provenance, seed } = trial;
  return trialId(shortHash(canonicalJson({ program, data, params: withoutKeys(params, provenance), seed })));
}

/** The hash of a trial without its seed: trials of one shape need the same of a host. */
export function shapeOf(trial: Common & { readonly params: Params }): string {
  const { program, data, params, provenance } = trial;
  return shortHash(canonicalJson({ program, data, params: withoutKeys(params, provenance) }));
}

/** Under which an agent keeps a launch: the hash of its canonical JSON. */
export const launchIdOf = (launch: object): LaunchId => launchId(shortHash(canonicalJson(launch)));

function withoutKeys(params: Params, keys: readonly string[]): Params {
  if (!keys.some((key) => Object.hasOwn(params, key))) return params;
  return Object.fromEntries(Object.entries(params).filter(([name]) => !keys.includes(name)));
}

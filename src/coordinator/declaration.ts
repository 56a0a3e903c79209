/** What a sweep file amounts to for the ledger: the declaration, and its points with their trials. Pure. */
import type { TrialId } from '../model/ids.ts';
import { variedParameters } from '../model/grid/axis.ts';
import type { PointDeclaration, SweepDeclaration } from '../ledger/events.ts';
import type { Point } from '../model/grid/expansion.ts';
import {
  type DataIdentity,
  identify,
  identifyAny,
  launchIdOf,
  programFor,
  type ProgramIdentity,
} from '../model/grid/identity.ts';
import type { Launch } from '../model/launch.ts';
import type { Params } from '../model/grid/params.ts';
import type { DataShape, ProgramDescription } from '../model/program.ts';
import type { Resources } from '../model/resources.ts';
import type { SweepFile } from '../model/sweep/sweep-file.ts';

/** A sweep's program with its files in the content store. */
export interface ResolvedProgram {
  readonly name: string;
  readonly identity: ProgramIdentity;
  readonly launch: Pick<
    Launch,
    | 'command'
    | 'argStyle'
    | 'booleans'
    | 'files'
    | 'engines'
    | 'env'
    | 'activate'
    | 'python'
    | 'setup'
    | 'passEnv'
    | 'metrics'
  >;
  /** Null for a command: it is known by what it does. */
  readonly description: ProgramDescription | null;
}

/** A sweep's data set with its files in the content store, or on the hosts. */
export interface ResolvedData {
  readonly name: string;
  readonly identity: DataIdentity;
  readonly launch: NonNullable<Launch['data']>;
  readonly shape: DataShape;
}

export interface Declared {
  readonly declaration: SweepDeclaration;
  readonly points: readonly PointDeclaration[];
}

/** A command takes a core, and a GPU where there are any, unless its sweep says otherwise. */
const commandResources: Resources = {
  cpus: 1,
  gpus: null,
  gpuMemoryBytes: null,
  hostMemoryBytes: null,
  diskBytes: null,
};

/** @param isTrainedAnew whether a trial is trained once more, for the sweep's objective, whatever result it has */
export function declare(
  sweep: SweepFile,
  path: string,
  points: readonly Point[],
  program: ResolvedProgram,
  data: ResolvedData | null,
  isTrainedAnew: (trial: TrialId) => boolean = () => false,
): Declared {
  const spec = launchOf(sweep, program, data);
  const common = { data: data?.identity ?? null, provenance: program.description?.provenance ?? [] };
  const idsOf = identify({ program: program.identity, ...common });
  const idsAnewOf = identifyAny({ program: programFor(program.identity, sweep.objective), ...common });
  const shape = data?.shape ?? { words: program.description?.defaultWords ?? [] };
  return {
    declaration: {
      sweep: sweep.name,
      path,
      program: program.identity,
      programName: program.name,
      data: data?.identity ?? null,
      dataName: data?.name ?? null,
      objective: sweep.objective,
      launch: launchIdOf(spec),
      spec,
      labels: sweep.hosts,
      retries: sweep.retries,
      concurrent: sweep.concurrent,
      priority: sweep.priority,
      seeds: sweep.seeds,
      axes: [...variedParameters(sweep.grids)],
    },
    points: points.map(({ params, case: name }) => {
      const ids = idsOf(params, sweep.seeds);
      const anew = ids.trials.some(isTrainedAnew) ? idsAnewOf(params, sweep.seeds).trials : [];
      return {
        params,
        case: name,
        shape: ids.shape,
        resources: resourcesOf(sweep, params, program, shape),
        parameters: program.description?.countParameters(params, shape) ?? null,
        operations: program.description?.operations(params, shape) ?? null,
        trials: ids.trials.map((id, index) => (isTrainedAnew(id) ? (anew[index] ?? id) : id)),
      };
    }),
  };
}

function launchOf(sweep: SweepFile, program: ResolvedProgram, data: ResolvedData | null): Launch {
  return {
    ...program.launch,
    data: data?.launch ?? null,
    env: { ...program.launch.env, ...wordsEnv(sweep) },
    objective: sweep.objective,
    timeoutMs: sweep.timeoutMs,
    stallAfterMs: sweep.stallAfterMs,
    artifacts: sweep.artifacts,
  };
}

/** The words of a sweep, in the order of its classes, reach a built-in program by its environment. */
function wordsEnv({ program, data }: SweepFile): Record<string, string> {
  const words = program.kind === 'builtin' && data?.kind === 'named' ? data.words : null;
  return words === null ? {} : { LABSWEEP_WORDS: JSON.stringify(words) };
}

function resourcesOf(
  sweep: SweepFile,
  params: Params,
  { description, launch }: ResolvedProgram,
  shape: DataShape,
): Resources {
  const engines = launch.engines.map(({ name }) => name);
  const expected = description?.estimate(params, shape, engines) ?? commandResources;
  const asked = Object.entries(sweep.resources).filter(([, value]) => value !== null);
  return { ...expected, ...Object.fromEntries(asked) };
}

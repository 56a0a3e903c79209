import type { Launch } from '../../model/launch.ts';
import type { Lease } from '../../protocol/messages.ts';
import type { Surroundings } from '../core/preparation.ts';
import type { RunFolder } from '../spool/host-folder.ts';

/** The mark by which every process of an attempt is known, whichever session it is in. */
export const attemptMark = 'LABSWEEP_ATTEMPT';
/** And by this, whose attempt it is: the path lies in the folder of one agent. */
export const paramsMark = 'LABSWEEP_PARAMS';

/** What a trial inherits of the agent's own environment: all but the marks of a trial that the agent was started by. */
export const inherited = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || name.startsWith('LABSWEEP_') ? [] : [[name, value] as const],
    ),
  );

/**
 * Has `python` and `python3` be those of a virtual environment (venv: "it is not necessary to activate"). What is
 * activated may put its own before it on the PATH, so its script does this again (preparation/activation.ts).
 */
export const pythonPlaces = (folder: string, path = ''): Record<string, string> => ({
  VIRTUAL_ENV: folder,
  LABSWEEP_PYTHON: folder,
  PATH: path === '' ? `${folder}/bin` : `${folder}/bin:${path}`,
});

/** CUDA knows UUIDs by their prefix. A Jetson, which writes its without, has one GPU. */
const visible = (uuid: string): string => (/^(?:GPU|MIG)-/.test(uuid) ? uuid : '0');

/**
 * What a trial has besides what it inherits: the trial contract's environment. A host's `env` and over it the sweep's may set
 * anything but what the contract says.
 */
export function trialEnvironment(
  lease: Lease,
  launch: Launch,
  { prepared, passed, device }: Surroundings,
  places: {
    readonly run: RunFolder;
    readonly checkpoint: string;
    readonly data: string | null;
    /** The folders of engines that are here, by their names. */
    readonly engines: Readonly<Record<string, string>>;
    /** What it inherits. */
    readonly base: Readonly<Record<string, string>>;
    /** What a host's `env` and over it the sweep's make of that. */
    readonly own: Readonly<Record<string, string>>;
  },
): Record<string, string> {
  const { own } = places;
  const gpu = device === 'cpu' ? '' : visible(device);
  const threads = String(Math.max(1, Math.floor(lease.resources.cpus)));
  return {
    OMP_NUM_THREADS: threads,
    MKL_NUM_THREADS: threads,
    // Frameworks that take all of a GPU's memory at once would leave none to the next trial.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    XLA_PYTHON_CLIENT_PREALLOCATE: 'false',
    // Python keeps 8 KiB of what it prints to a file for itself: a log, and the metrics in it, would come late.
    ...(places.base['PYTHONUNBUFFERED'] === undefined ? { PYTHONUNBUFFERED: '1' } : {}),
    ...own,
    ...(prepared.python === null ? {} : pythonPlaces(prepared.python, own['PATH'] ?? places.base['PATH'])),
    ...passed,
    // What the activation puts back, whatever login files said of it.
    ...(prepared.activation.length === 0 ? {} : { LABSWEEP_FOLDER: places.run.work, LABSWEEP_GPU: gpu }),
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    CUDA_VISIBLE_DEVICES: gpu,
    [paramsMark]: places.run.params,
    LABSWEEP_REPORT: places.run.report,
    LABSWEEP_DATA: places.data ?? '',
    ...(launch.engines.length === 0 ? {} : { LABSWEEP_ENGINES: JSON.stringify(places.engines) }),
    LABSWEEP_CHECKPOINT: places.checkpoint,
    LABSWEEP_ARTIFACTS: places.run.artifacts,
    LABSWEEP_SEED: String(lease.seed),
    LABSWEEP_TRIAL: lease.trial,
    [attemptMark]: lease.attempt,
  };
}

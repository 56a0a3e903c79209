import type { GpuFacts, HostFacts } from '../protocol/messages.ts';
import type { Refusal } from '../model/refusal/refusal.ts';
import type { Resources } from '../model/resources.ts';
import { admit } from './admission.ts';
import { noCeiling } from '../model/ceiling.ts';
import type { GpuLoad, HostLoad } from './host-load.ts';
import { heldBy } from './host-marks.ts';
import type { Limits } from './limits.ts';
import { unheld } from './marks.ts';

/** Why a host that is idle does not take trials of these resources, and so never will; null where it does. */
export const misfit = (resources: Resources, idle: HostLoad): Refusal | null =>
  admit(
    {
      resources,
      declaredHostBytes: resources.hostMemoryBytes,
      shapeObserved: true,
      gpuObserved: true,
      draw: 0,
      isKnown: true,
      busy: 0,
      alone: false,
    },
    idle,
  )[0] ?? null;

type IdleFacts = Pick<
  HostFacts,
  | 'cpus'
  | 'memoryBytes'
  | 'memoryOfGroup'
  | 'diskBytes'
  | 'folder'
  | 'gpus'
  | 'gpuProblem'
  | 'gpusBroken'
  | 'user'
>;

/** A host with nobody on it: what the rules object to even there, no waiting will end. */
export const idleHost = (facts: IdleFacts, limits: Limits): HostLoad => ({
  mode: { kind: 'open' },
  cpus: facts.cpus,
  gpus: facts.gpus?.map(idleGpu) ?? null,
  gpuProblem: facts.gpuProblem,
  gpusBroken: facts.gpusBroken,
  user: facts.user,
  folder: facts.folder,
  diskBytes: facts.diskBytes,
  memoryOfGroup: facts.memoryOfGroup,
  figures: {
    load: 0,
    othersLoad: 0,
    cores: null,
    memoryPressure: null,
    swapInBytes: null,
    memoryTotalBytes: facts.memoryBytes,
    memoryAvailableBytes: facts.memoryBytes,
    diskFreeBytes: facts.diskBytes ?? Number.MAX_SAFE_INTEGER,
    cpusTaken: 0,
    running: 0,
    gpus: [],
    ceiling: null,
    still: [],
    lastOnes: [],
    hold: null,
    // What is reserved at some hours takes trials at others.
    weekMinute: null,
    lost: [],
    room: null,
  },
  figuresAgeMs: 0,
  figuresProblem: null,
  held: heldBy(null),
  limits,
  ceiling: noCeiling,
  ours: [],
  claims: [],
  untold: null,
  left: [],
});

const idleGpu = ({ uuid, index, memoryBytes, problem }: GpuFacts): GpuLoad => ({
  uuid,
  index,
  memoryBytes,
  problem,
  figures: {
    uuid,
    memoryUsedBytes: 0,
    memoryTotalBytes: memoryBytes,
    utilisation: 0,
    temperatureCelsius: null,
    powerWatts: null,
    powerLimitWatts: null,
    othersProcesses: 0,
    strangers: 0,
    others: [],
    problem,
    ageMs: 0,
    running: 0,
    oursBytes: 0,
    room: null,
  },
  figuresAgeMs: 0,
  held: unheld,
  idleWatts: null,
  othersSince: null,
  relievedAt: Number.NEGATIVE_INFINITY,
});

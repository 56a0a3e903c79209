import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A GPU of a host of the bed. */
export interface Gpu {
  /** @default NVIDIA GeForce RTX 2080 Ti */
  readonly name?: string;
  /** @default 11264 */
  readonly memoryTotalMib?: number;
  /** What it holds without any process of `processes` or of a trial. @default 1 */
  readonly memoryUsedMib?: number;
  /** Percent, likewise. @default 0 */
  readonly utilisation?: number;
  /** Degrees Celsius, or what the driver writes instead. @default 34 */
  readonly temperature?: number | string;
  /** @default 21 */
  readonly powerWatts?: number;
  /** @default 250 */
  readonly powerLimitWatts?: number;
  /** Other people's; trials that run with BED_GPU_MEMORY_MIB in their environment are found by themselves. */
  readonly processes?: readonly OtherProcess[];
}

export interface OtherProcess {
  readonly pid: number;
  readonly name: string;
  readonly usedMib: number;
  /** Percent. @default 0: it holds its memory and computes nothing */
  readonly utilisation?: number;
}

/** How nvidia-smi is: it answers, it hangs until told otherwise, or it prints an error and exits. */
export type Mood =
  | { readonly kind: 'answers' }
  | { readonly kind: 'hangs' }
  | { readonly kind: 'fails'; readonly text: string; readonly code: number };

/** By host and place, so that it is the same after a reboot. */
export const gpuUuid = (host: string, index: number): string => {
  const hex = createHash('sha256').update(`${host} ${index}`).digest('hex');
  const part = (from: number, to: number): string => hex.slice(from, to);
  return `GPU-${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}`;
};

/** Replaces what nvidia-smi of the host answers from. */
export function writeGpus(folder: string, host: string, gpus: readonly Gpu[], mood: Mood): void {
  const devices = gpus.map((gpu, index) => ({
    name: 'NVIDIA GeForce RTX 2080 Ti',
    memoryTotalMib: 11_264,
    memoryUsedMib: 1,
    utilisation: 0,
    temperature: 34,
    powerWatts: 21,
    powerLimitWatts: 250,
    processes: [],
    ...gpu,
    index,
    uuid: gpuUuid(host, index),
    busId: `00000000:${(index + 1).toString(16).padStart(2, '0').toUpperCase()}:00.0`,
    driver: '550.54.14',
    computeCapability: '7.5',
  }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'gpus.tmp'), JSON.stringify({ mood, devices }));
  renameSync(join(folder, 'gpus.tmp'), join(folder, 'gpus.json'));
}

/** What this machine has, for who asks without an agent. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem, userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import type { HostFacts, HostFigures } from '../../protocol/messages.ts';
import { idleHost } from '../../throttle/idle-host.ts';
import { limitsOf } from '../../throttle/limits.ts';

/**
 * Nobody needs to be asked, its GPUs aside: these are not known where there is a driver, nor where a trial insists on one,
 * since an agent looks for the driver in more places than this command's PATH.
 */
export const ownFacts = ({ folder }: Pick<HostEntry, 'folder'>, needsGpu: boolean): HostFacts => ({
  machine: '',
  bootId: '',
  cpus: availableParallelism(),
  memoryBytes: totalmem(),
  diskBytes: diskOf(folder).totalBytes,
  node: process.version,
  folder,
  pid: process.pid,
  build: '',
  user: userInfo().username,
  gpus: needsGpu || hasDriver() ? null : [],
  gpuProblem: null,
  gpusBroken: false,
  memoryOfGroup: false,
  environmentProblem: null,
});

/** As if nobody were on this machine, but with the disk as it is. */
export function ownFigures(facts: HostFacts, { folder, limits }: HostEntry): HostFigures | null {
  const { figures } = idleHost(facts, limitsOf(limits));
  return figures && { ...figures, diskFreeBytes: diskOf(folder).freeBytes };
}

/** The disk below an agent's folder, which may not be there yet. */
function diskOf(folder: string): { readonly freeBytes: number; readonly totalBytes: number } {
  const { bavail, blocks, bsize } = statfsSync(existingOf(folder));
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

const existingOf = (folder: string): string => (existsSync(folder) ? folder : existingOf(dirname(folder)));

function hasDriver(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'nvidia-smi'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

import { findProgram } from '../supervisor/program-path.ts';

/** Where Windows and container runtimes put it, which is on few people's PATH. */
const driversFolders = ['/usr/lib/wsl/lib', '/usr/local/nvidia/bin'];

/** @param paths PATHs, asked one after the other @returns null where it is nowhere */
export function findNvidiaSmi(...paths: readonly string[]): string | null {
  const found = findProgram('nvidia-smi', [...paths, ...driversFolders].join(':'), '/');
  return found.kind === 'found' ? found.path : null;
}

/** What this machine has, for who asks without an agent. */
import { accessSync, constants } from 'node:fs';
import { availableParallelism, totalmem, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import type { HostFacts } from '../../protocol/messages.ts';

/** Nobody needs to be asked, its GPUs aside. */
export const ownFacts = (): HostFacts => ({
  machine: '',
  bootId: '',
  cpus: availableParallelism(),
  memoryBytes: totalmem(),
  node: process.version,
  folder: '',
  pid: process.pid,
  build: '',
  user: userInfo().username,
  gpus: hasDriver() ? null : [],
  gpuProblem: null,
  gpusBroken: false,
  memoryOfGroup: false,
  environmentProblem: null,
});

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

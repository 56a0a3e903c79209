import type { DiskSeen } from '../../model/result/disk-use.ts';
import { checkpointFolder, checkpointsFolder, type HostFolder } from '../spool/host-folder.ts';
import { diskFree } from '../telemetry/disk-free.ts';
import { takenBytes } from './taken-bytes.ts';
import type { Watched } from './watched.ts';

/** What an attempt wrote of what was free, and what others have there: asked before what it made is removed. Null where another agent saw it begin. */
export function diskOf({ disk, beganBytes, run, trial }: Watched, host: HostFolder): DiskSeen | null {
  if (disk !== null || beganBytes === null) return disk;
  const wroteBytes = takenBytes(run.root, checkpointFolder(host, trial));
  const heldBytes = Math.max(0, takenBytes(host.runs, checkpointsFolder(host)) - wroteBytes);
  return { wroteBytes, beganBytes, leftBytes: diskFree(host.runs), heldBytes };
}

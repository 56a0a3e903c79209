import { formatSize } from '../size.ts';

/** Bytes. `limitBytes`: what has to be free, of which `askedBytes` are what the trial asks for; `totalBytes`: of the whole disk. */
interface Disk {
  readonly freeBytes: number;
  readonly limitBytes: number;
  readonly askedBytes: number;
  readonly totalBytes: number | null;
  readonly folder: string | null;
}

/** Why nothing starts for want of disk space, and what helps. */
export function diskText(disk: Disk): string {
  const { freeBytes, limitBytes, askedBytes, totalBytes, folder } = disk;
  const starts = `nothing starts under ${formatSize(limitBytes)}${whatFor(disk)}`;
  // No room that anybody makes will do.
  if (totalBytes !== null && totalBytes < limitBytes) {
    const less = limitBytes - askedBytes < totalBytes ? 'ask for less' : 'set that to less';
    return `the disk${folder === null ? '' : ` of ${folder}`} has ${formatSize(totalBytes)} in all; ${starts}; ${less}, or give the host another "folder" in inventory.json`;
  }
  return (
    `${formatSize(freeBytes)} of disk are free${folder === null ? '' : ` in ${folder}`}; ${starts}; ` +
    'make room there: `labsweep hosts clean` removes what ended trials have left'
  );
}

function whatFor({ limitBytes, askedBytes }: Disk): string {
  const kept = '`limits.disk` in inventory.json';
  return askedBytes > 0
    ? `: ${formatSize(limitBytes - askedBytes)} that stay free (${kept}) and ${formatSize(askedBytes)} that it asks for (\`resources.disk\` of the sweep)`
    : ` (${kept})`;
}

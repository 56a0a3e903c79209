import { formatSize } from '../../model/size.ts';

/** A full disk or quota, in whichever words it is met: of dd, of gzip, of Node on the host. */
const fullDisk = /No space left on device|ENOSPC/i;
const fullQuota = /Disk quota exceeded|EDQUOT/i;

/**
 * A problem of a host as it is, or where it is a want of room, what helps against that.
 *
 * @param folder labsweep's folder there
 * @param freeKib what was free there when it was entered; null where that is not known
 */
export function withRemedy(problem: string, folder: string, freeKib: number | null): string {
  const remedy = 'make room there, or give the host another "folder" in inventory.json';
  const free = freeKib === null ? '' : ` (${formatSize(freeKib * 1024)} were free when it was entered)`;
  if (fullQuota.test(problem)) return `its quota leaves no room in ${folder}${free}; ${remedy}`;
  return fullDisk.test(problem) ? `its disk has no room left in ${folder}${free}; ${remedy}` : problem;
}

/** A full disk or quota, in whichever words it is met: of dd, of gzip, of Node on the host. */
const fullDisk = /No space left on device|ENOSPC/i;
const fullQuota = /Disk quota exceeded|EDQUOT/i;

/**
 * A problem of a host as it is, or where it is a want of room, what helps against that.
 *
 * @param folder labsweep's folder there
 */
export function withRemedy(problem: string, folder: string): string {
  const remedy = 'make room there, or give the host another "folder" in inventory.json';
  if (fullQuota.test(problem)) return `its quota leaves no room in ${folder}; ${remedy}`;
  return fullDisk.test(problem) ? `its disk has no room left in ${folder}; ${remedy}` : problem;
}

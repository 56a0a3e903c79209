/**
 * Whether a folder on a host is labsweep's. It is, if it was absent or empty when labsweep first entered it, and a marker
 * in it says so from then on. The marker is created before anything else, and by `set -C` only once (O_EXCL): of two
 * hosts or accounts that enter an empty folder together, one marks it and the other finds it marked. An empty folder is
 * marked where it is, not replaced: whoever stands in it would write into a folder that is gone, and its owner, mode,
 * quota and mount would change. What lies there afterwards is looked at once more, for who was faster than the marker.
 */
import { z } from 'zod';
import { saidName } from '../../model/said.ts';

/** What a look finds out about the folder. */
export const ownershipSchema = z.object({
  /**
   * - `ours`: it is labsweep's, marked
   * - `others`: it has files that labsweep did not make
   * - `home`: it is the home folder, or above it
   * - `open`: it is empty, and everybody may write there, as in /tmp
   * - `stranger`: it belongs to another user, who could change the programs that run from it
   * - `link`: one of its parts is a link
   * - `unusable`: the folder cannot be made, read or written
   */
  ownership: z.enum(['ours', 'others', 'home', 'open', 'stranger', 'link', 'unusable']),
  /** Names of some files that are in the way, or of the user whose folder it is. */
  inTheWay: saidName.default(''),
});
export type Ownership = Readonly<z.infer<typeof ownershipSchema>>;

/** Why labsweep does not use a folder, and the remedy; null where it does, or where the system's own words say why. */
export function notOursText({ ownership, inTheWay }: Ownership, folder: string): string | null {
  const below = `${folder === '/' ? '' : folder}/labsweep`;
  const remedy = `use a folder of its own: ${below} ("folder" in inventory.json)`;
  switch (ownership) {
    case 'ours':
    case 'unusable':
      return null;
    case 'others':
      return `${folder} has files that labsweep did not make there (${inTheWay}); ${remedy}`;
    case 'home':
      return `${folder} is a home folder, or has one in it; ${remedy}`;
    case 'open':
      return `every user of the host may write in ${folder}; ${remedy}`;
    case 'stranger':
      return (
        `${folder} belongs to another user (${inTheWay}), who could change the programs that run from there ` +
        'in your name; use a folder of your own ("folder" in inventory.json)'
      );
    case 'link':
      return (
        `${folder}/${inTheWay} is a link, and labsweep writes through none; remove the link, or ` +
        'give the host another "folder" in inventory.json'
      );
    default:
      return ownership satisfies never;
  }
}

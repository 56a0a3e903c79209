import type { HostEntry } from '../coordinator/coordinator.ts';
import { nearestName } from '../model/source/nearest.ts';
import type { Console } from './console.ts';
import { CommandError } from './exit.ts';
import { type Lab, type LabPlaces, readLab } from '../session/lab/lab.ts';

/**
 * The named hosts of the inventory; all of them where none is named.
 *
 * @param places where the inventory is looked for besides
 * @throws CommandError for a name that is not there
 */
export function chosenLab(
  console: Console,
  names: readonly string[],
  inventory: string | undefined,
  places: LabPlaces = {},
): Lab {
  const lab = readLab(console, places, inventory);
  const { hosts } = lab;
  const known = hosts.map(({ name }) => String(name));
  for (const name of names)
    if (!known.includes(name)) {
      const close = nearestName(name, known);
      throw new CommandError(
        `the inventory has no host ${name}; ${close === null ? `it has ${known.join(', ')}` : `is ${close} meant?`}`,
      );
    }
  return names.length === 0 ? lab : { ...lab, hosts: hosts.filter(({ name }) => names.includes(name)) };
}

/** The same, the hosts alone. */
export const chosenHosts = (...asked: Parameters<typeof chosenLab>): readonly HostEntry[] =>
  chosenLab(...asked).hosts;

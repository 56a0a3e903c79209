import type { HostEntry } from '../coordinator/coordinator.ts';
import { nearestName } from '../model/nearest.ts';
import type { Console } from './console.ts';
import { CommandError } from './exit.ts';
import { type LabPlaces, readLab } from './lab.ts';

/**
 * The named hosts of the inventory; all of them where none is named.
 *
 * @param places where the inventory is looked for besides
 * @throws CommandError for a name that is not there
 */
export function chosenHosts(
  console: Console,
  names: readonly string[],
  inventory: string | undefined,
  places: LabPlaces = {},
): readonly HostEntry[] {
  const { hosts } = readLab(console, places, inventory);
  const known = hosts.map(({ name }) => String(name));
  for (const name of names)
    if (!known.includes(name)) {
      const close = nearestName(name, known);
      throw new CommandError(
        `the inventory has no host ${name}; ${close === null ? `it has ${known.join(', ')}` : `is ${close} meant?`}`,
      );
    }
  return names.length === 0 ? hosts : hosts.filter(({ name }) => names.includes(name));
}

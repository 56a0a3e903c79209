/** labsweep with one mechanism taken out of a copy of its sources: what then changes is what it is worth. */
import { execFileSync } from 'node:child_process';
import { PlantedCopy } from '../../test/planted-copy.ts';
import type { LabName } from '../../test/simulation/night/labs.ts';
import { mechanisms } from '../../test/simulation/night/mechanisms.ts';
import type { Row } from './table.ts';

/** @param args of the bench, which choose labsweep's row */
export function rowsWithout(text: string, lab: LabName, args: readonly string[]): Row[] {
  const copy = new PlantedCopy();
  try {
    return mechanisms
      .filter((mechanism) => mechanism.lab === lab && mechanism.what.includes(text))
      .flatMap((mechanism) => {
        const takeOut = copy.plant(mechanism);
        const rows: Row[] = JSON.parse(
          execFileSync(process.execPath, ['bench/throttle.ts', '--json', ...args], {
            cwd: copy.folder,
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'inherit'],
          }),
        );
        takeOut();
        return rows
          .filter(({ name }) => name.startsWith('labsweep'))
          .map(({ name, nights }) => ({
            name: name.replace(/, memory declared/, `, without ${mechanism.what}`),
            nights,
          }));
      });
  } finally {
    copy.remove();
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** The folder of this package, whether its sources run or what was built of them. */
export const packageFolder = nearestWithManifest(import.meta.dirname);

/** The agent in one file, as it is put on hosts. */
export const agentFile = join(packageFolder, 'dist/agent.mjs');

/** The command itself, for a process that goes on by itself. */
export const commandFile = join(packageFolder, 'bin/labsweep.js');

/** The running part of a built-in program, as it is shipped to hosts. */
export const programFolder = (name: string): string => join(packageFolder, 'dist/programs', name);

/** A data set that comes with the package, or null. */
export function shippedData(name: string): string | null {
  const file = join(packageFolder, 'data', `${name}.tar.gz`);
  return existsSync(file) ? file : null;
}

const manifestSchema = z.object({ version: z.string() });

export const packageVersion = (): string =>
  manifestSchema.parse(JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))).version;

function nearestWithManifest(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : nearestWithManifest(dirname(folder));
}

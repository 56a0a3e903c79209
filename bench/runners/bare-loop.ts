import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { scriptsInside } from '../../scripts/host-scripts/scripts-inside.ts';
import { command } from './command.ts';
import type { Runner } from './runner.ts';

const script = join(import.meta.dirname, '../bare-loop.ts');

/**
 * A process of its own, from a file that is plain JavaScript: a fork copies the page tables of all that its parent
 * holds, and the types that Node strips by itself would make that twice as much.
 */
export const bareLoop: Runner = {
  name: 'bare loop',
  timed: 'first spawn to last exit',
  run: async (work, folder) => {
    const built = join(folder, 'bare-loop.mjs');
    const runs = join(folder, 'runs');
    mkdirSync(runs, { recursive: true });
    await build({
      entryPoints: [script],
      outfile: built,
      bundle: true,
      platform: 'node',
      format: 'esm',
      plugins: [scriptsInside()],
    });
    return Number((await command([process.execPath, built, runs, work.name])).stdout.trim());
  },
};

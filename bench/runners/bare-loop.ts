import { join } from 'node:path';
import { command } from './command.ts';
import type { Runner } from './runner.ts';

const script = join(import.meta.dirname, '../bare-loop.ts');

/** A process of its own, as small as a loop is: a fork copies the page tables of all that its parent holds. */
export const bareLoop: Runner = {
  name: 'bare loop',
  timed: 'first spawn to last exit',
  run: async (work, folder) =>
    Number((await command([process.execPath, script, folder, work.name])).stdout.trim()),
};

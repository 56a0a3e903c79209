import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { withScripts } from './script-calls.ts';

/** For esbuild: the bundle has the texts of the scripts that it sends. `change` is made to the sources besides. */
export const scriptsInside = (change = (text: string): string => text): Plugin => ({
  name: 'scripts-inside',
  setup: (bundle) =>
    bundle.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: withScripts(change(await readFile(path, 'utf8')), path),
    })),
});

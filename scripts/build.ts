/**
 * Builds what the package ships: the command, the library, the agent (one file for the hosts) and cnn1d
 * (one folder for the hosts). Hosts may have Node 16, the machine of the command gets Node 24.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { withScripts } from './host-scripts/script-calls.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const shared = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
} as const;
// tfjs and tar-stream are CommonJS: bundled into ESM they still call require for Node's own modules.
const requireBanner = {
  js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
};

/** Changes the sources before they are bundled. */
const changed = (...changes: readonly ((text: string, path: string) => string)[]): Plugin => ({
  name: 'changed',
  setup: (bundle) =>
    bundle.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: changes.reduce((text, change) => change(text, path), await readFile(path, 'utf8')),
    })),
});

/**
 * `z` is an object that has all of zod, so a bundle would have all of it, with its 49 languages: half a megabyte that an
 * agent holds for nothing. As a namespace only what is used of it stays.
 */
const zodInParts = (text: string): string =>
  text.replace("import { z } from 'zod';", "import * as z from 'zod';");

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'programs/cnn1d'), { recursive: true });
await Promise.all([
  build({
    ...shared,
    entryPoints: { cli: join(root, 'src/cli/main.ts'), index: join(root, 'src/index.ts') },
    outdir: dist,
    target: 'node24',
    splitting: true,
    packages: 'external',
    plugins: [changed(withScripts)],
  }),
  build({
    ...shared,
    entryPoints: [join(root, 'src/worker/main.ts')],
    outfile: join(dist, 'agent.mjs'),
    target: 'node16',
    banner: requireBanner,
    plugins: [changed(zodInParts, withScripts)],
  }),
  build({
    ...shared,
    entryPoints: [join(root, 'src/programs/cnn1d/main.ts')],
    outfile: join(dist, 'programs/cnn1d/train.mjs'),
    target: 'node16',
    minify: true,
    banner: requireBanner,
    // A third of the bundle, which tfjs only asks for where a Node has no fetch and something is fetched.
    external: ['node-fetch'],
  }),
]);
const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
for (const file of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
  cpSync(join(wasm, '..', 'wasm-out', file), join(dist, 'programs/cnn1d', file));

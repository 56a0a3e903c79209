import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { exitCode } from '../exit.ts';
import type { Verb } from '../verb.ts';

const sweepTemplate = `# A first sweep: labsweep run sweep.yaml
sweep: first
program:
  command: [sh, -c, 'echo "{\\"score\\": $0}"', '{x}']   # or: [python3, train.py, "{args}"] with files: ./my-model
objective: {metric: score, goal: maximize}
grid:
  x: [1, 2, 3]
resources: {cpus: 1}
`;

const inventoryTemplate = `{
  // The hosts that trials run on. This machine is one.
  "hosts": [{ "name": "here", "transport": "local" }]
}
`;

export const initVerb: Verb = (console, done) =>
  new Command('init')
    .summary('write a first sweep.yaml and inventory.json')
    .description('Writes a first sweep.yaml and inventory.json here. Files that are there stay as they are.')
    .addHelpText('after', '\nExample:\n  labsweep init && labsweep run sweep.yaml')
    .action(() => {
      const files = { 'sweep.yaml': sweepTemplate, 'inventory.json': inventoryTemplate };
      for (const [name, text] of Object.entries(files)) {
        const file = join(console.cwd, name);
        if (existsSync(file)) {
          console.err(`${name} is there already and stays as it is.\n`);
          done(exitCode.failedInPart);
        } else {
          writeFileSync(file, text);
          console.out(`${name} written\n`);
        }
      }
    });

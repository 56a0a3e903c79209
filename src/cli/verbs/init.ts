import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { Command } from 'commander';
import type { HostInput } from '../../model/inventory/inventory-input.ts';
import { parseInventory } from '../../model/inventory/parse-inventory.ts';
import { CommandError, exitCode } from '../exit.ts';
import { inventoryText } from '../first-inventory/inventory-text.ts';
import { hostsOfSheet } from '../first-inventory/sheet.ts';
import { hostsOfSshConfig } from '../first-inventory/ssh-config-hosts.ts';
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

const ownMachine = `{
  // The hosts that trials run on. This machine is one: they start there until what else it does wants each core four times.
  "hosts": [{ "name": "here", "transport": "local", "limits": { "load": 4 } }]
}
`;

export const initVerb: Verb = (console, done) =>
  new Command('init')
    .summary('write a first sweep.yaml and inventory.json')
    .description('Writes a first sweep.yaml and inventory.json here. Files that are there stay as they are.')
    .option(
      '--from <file>',
      "hosts from an ssh config, or from the lab's sheet as CSV (server, gpu, usage, owner, address)",
    )
    .addHelpText(
      'after',
      '\nExample:\n  labsweep init && labsweep run sweep.yaml\n  labsweep init --from ~/.ssh/config',
    )
    .action(({ from }: { from?: string }) => {
      const inventory = from === undefined ? ownMachine : inventoryFrom(console.cwd, from);
      const files = { 'sweep.yaml': sweepTemplate, 'inventory.json': inventory };
      for (const [name, text] of Object.entries(files)) {
        const file = join(console.cwd, name);
        if (existsSync(file)) {
          console.tell(`${name} is there already and stays as it is.\n`);
          done(exitCode.failedInPart);
        } else {
          writeFileSync(file, text);
          console.out(`${name} written\n`);
        }
      }
      if (from !== undefined)
        console.tell('Next: `labsweep hosts check` enters each host once and says what is missing.\n');
    });

function inventoryFrom(cwd: string, from: string): string {
  const file = resolve(cwd, from.replace(/^~(?=\/)/, homedir()));
  if (!existsSync(file)) throw new CommandError(`${from}: there is no such file.`);
  const text = readFileSync(file, 'utf8');
  const isSheet = ['.csv', '.tsv'].includes(extname(file).toLowerCase());
  const hosts = isSheet ? hostsOfSheet(text, from) : hostsOfSshConfig(text, from);
  const inventory = inventoryText(hosts);
  const parsed = parseInventory(inventory, 'inventory.json');
  if (parsed.kind === 'refused')
    throw new CommandError(
      parsed.issues.map(({ key, message }) => `${from}: ${placeOf(key, hosts)}: ${message}`).join('\n'),
    );
  return inventory;
}

/** `hosts[2].address` of an inventory that nobody has seen yet, by the name that the source has. */
const placeOf = (key: string, hosts: readonly HostInput[]): string =>
  key.replace(/^hosts\[(\d+)\]\.?/, (_, index: string) => `${hosts[Number(index)]?.name ?? ''}, `);

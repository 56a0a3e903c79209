import { Command } from 'commander';
import type { Verb } from '../verb.ts';
import { checkCommand } from './hosts-check.ts';
import { cleanCommand } from './hosts-clean.ts';
import { listCommand } from './hosts-list.ts';

export const hostsVerb: Verb = (console, done) =>
  new Command('hosts')
    .summary('the hosts of the lab: list, check, clean')
    .description('The hosts that the inventory names.')
    .addCommand(listCommand(console))
    .addCommand(checkCommand(console, done))
    .addCommand(cleanCommand(console, done))
    .addHelpText('after', '\nExample:\n  labsweep hosts check');

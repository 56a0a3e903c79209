import { Command } from 'commander';
import type { Verb } from '../verb.ts';
import { checkCommand } from './hosts-check.ts';
import { cleanCommand } from './hosts-clean.ts';
import { drainCommand, forgetCommand, offCommand, onCommand } from './hosts-in-use.ts';
import { listCommand } from './hosts-list.ts';
import { trustCommand } from './hosts-trust.ts';

export const hostsVerb: Verb = (console, done) =>
  new Command('hosts')
    .summary('the hosts of the lab: list, check, trust, drain, off, on, forget, clean')
    .description('The hosts that the inventory names.')
    .addCommand(listCommand(console))
    .addCommand(checkCommand(console, done))
    .addCommand(trustCommand(console, done))
    .addCommand(drainCommand(console))
    .addCommand(offCommand(console))
    .addCommand(onCommand(console))
    .addCommand(forgetCommand(console))
    .addCommand(cleanCommand(console, done))
    .addHelpText('after', '\nExample:\n  labsweep hosts check');

import { Command } from 'commander';
import type { Command as Asked } from '../../coordinator/core/command.ts';
import { ask } from '../ask.ts';
import { chosenHosts } from '../chosen-hosts.ts';
import type { Console } from '../console.ts';
import { openState } from '../open.ts';
import { inventoryOption, stateOption } from '../options.ts';

interface InUseOptions {
  readonly state?: string;
  readonly inventory?: string;
}

export const drainCommand = (console: Console): Command =>
  aboutOneHost(
    'drain',
    'Lets what runs on a host go to its end, and starts nothing more there; what waits there goes elsewhere.',
  ).action((name: string, options: InUseOptions) => tell(console, options, { kind: 'drain', host: name }));

export const offCommand = (console: Console): Command =>
  aboutOneHost(
    'off',
    'Takes a host out of use, as `drain` does, with the reason that `status` and `why` show.',
  )
    .requiredOption('--because <reason>', 'a sentence for the others')
    .action((name: string, options: InUseOptions & { because: string }) =>
      tell(console, options, { kind: 'off', host: name, because: options.because }),
    );

export const onCommand = (console: Console): Command =>
  aboutOneHost('on', 'Takes a host in use again: after drain or off, and out of quarantine.').action(
    (name: string, options: InUseOptions) => tell(console, options, { kind: 'on', host: name }),
  );

const examples = { drain: 'drain cedar', off: "off cedar --because 'PSU broken'", on: 'on cedar' };

const aboutOneHost = (verb: keyof typeof examples, description: string): Command =>
  new Command(verb)
    .description(description)
    .argument('<name>', 'a host of the inventory')
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addHelpText('after', `\nExample:\n  labsweep hosts ${examples[verb]}`);

async function tell(
  console: Console,
  options: InUseOptions,
  command: Asked & { host: string },
): Promise<void> {
  const { folder } = openState(console, options);
  const hosts = chosenHosts(console, [command.host], options.inventory);
  console.out(`${await ask(console, folder, command, { hosts, isDone: () => true })}\n`);
}

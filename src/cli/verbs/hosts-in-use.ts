import { Command } from 'commander';
import type { Command as Asked } from '../../coordinator/core/command.ts';
import type { CoordinatorState } from '../../coordinator/hosts/state.ts';
import { type HostName, hostName } from '../../model/ids.ts';
import { ask } from '../../session/run/ask.ts';
import { chosenLab } from '../chosen-hosts.ts';
import type { Console } from '../console.ts';
import { openState } from '../../session/ledger/open.ts';
import { inventoryOption, stateOption } from '../options.ts';

interface InUseOptions {
  readonly state?: string;
  readonly inventory?: string;
}

export const drainCommand = (console: Console): Command =>
  aboutOneHost(
    'drain',
    'Empties a host: what waits there is taken back and runs elsewhere, what runs there goes to its end, nothing more starts.',
  ).action((name: string, options: InUseOptions) =>
    tell(console, options, { kind: 'drain', host: hostName(name) }),
  );

export const offCommand = (console: Console): Command =>
  aboutOneHost(
    'off',
    'Takes a host out of use that is not to be counted on: as `drain` does, and `status`, `why` and `hosts list` give the reason.',
  )
    .requiredOption('--because <reason>', 'a sentence for the others')
    .action((name: string, options: InUseOptions & { because: string }) =>
      tell(console, options, { kind: 'off', host: hostName(name), because: options.because }),
    );

export const onCommand = (console: Console): Command =>
  aboutOneHost(
    'on',
    'Takes a host in use again: after drain or off, out of quarantine, and at once where it was given up.',
  ).action((name: string, options: InUseOptions) =>
    tell(console, options, { kind: 'on', host: hostName(name) }),
  );

export const forgetCommand = (console: Console): Command =>
  aboutOneHost(
    'forget',
    'Forgets what a host went down under: it is loaded as any other again, say with its power supply or its fans mended.',
  ).action((name: string, options: InUseOptions) =>
    tell(console, options, { kind: 'forget', host: hostName(name) }),
  );

const examples = {
  drain: 'drain cedar',
  off: "off cedar --because 'PSU broken'",
  on: 'on cedar',
  forget: 'forget cedar',
};

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
  command: Asked & { host: HostName },
): Promise<void> {
  const { folder } = openState(console, options);
  const lab = chosenLab(console, [command.host], options.inventory, { state: folder });
  const isDone = (state: CoordinatorState): boolean => isDoneOn(state, command.host, command.kind);
  console.out(
    `${await ask(console, folder, command, { lab, isDone, ...(command.kind === 'forget' && { otherwise: notHeard(command.host) }) })}\n`,
  );
}

const notHeard = (host: string): string =>
  `${host} has not answered, so it knows nothing of this yet: type it again when it is there`;

/** Whether a coordinator that was started for it alone may end. */
function isDoneOn(state: CoordinatorState, host: HostName, kind: Asked['kind']): boolean {
  if (kind === 'on') return true;
  return kind === 'forget' ? state.fleet.get(host)?.ceiling.isToForget !== true : !waitsThere(state, host);
}

/** Without a coordinator that takes it back, the agent would start it all the same. */
const waitsThere = ({ ledger }: CoordinatorState, host: HostName): boolean =>
  [...(ledger.hosts.get(host)?.open ?? [])].some((id) => ledger.attempts.get(id)?.status.kind === 'leased');

import { Command } from 'commander';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import { askIdentity, type Identity, trustHostKeys } from '../../coordinator/transport/host-keys.ts';
import { TransportError } from '../../coordinator/transport/transport.ts';
import { chosenHosts } from '../chosen-hosts.ts';
import type { Console } from '../console.ts';
import { type ExitCode, exitCode } from '../exit.ts';
import { inventoryOption } from '../options.ts';

interface TrustOptions {
  readonly inventory?: string;
  readonly yes?: boolean;
}

export const trustCommand = (console: Console, done: (code: ExitCode) => void): Command =>
  new Command('trust')
    .description(
      'Shows the fingerprints of hosts that known_hosts does not have, and writes them there after a yes. ' +
        'Hold them against what the administrator says: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    )
    .argument('[names...]', 'hosts of the inventory (default: all)')
    .option('--yes', 'without a question: for a network in which nobody can be in between')
    .addOption(inventoryOption())
    .addHelpText('after', '\nExample:\n  labsweep hosts trust cedar')
    .action(async (names: string[], options: TrustOptions) => {
      const hosts = chosenHosts(console, names, options.inventory);
      let well = true;
      for (const host of hosts.filter(({ inventory }) => inventory.transport !== 'local'))
        well = (await trust(console, host, options.yes === true)) && well;
      if (!well) done(exitCode.failedInPart);
    });

/** One after the other, since a person answers. False where the host is not trusted in the end. */
async function trust(console: Console, { name, inventory }: HostEntry, yes: boolean): Promise<boolean> {
  try {
    const identity = await askIdentity(inventory);
    const { keys } = identity;
    const changed = keys.filter(({ verdict }) => verdict === 'changed' || verdict === 'revoked');
    if (changed.length > 0) {
      console.tell(`${name}: ${changedText(identity)}\n`);
      return false;
    }
    const unknown = keys.filter(({ verdict }) => verdict === 'unknown');
    // One key on record is enough: only its type is asked for when the host is entered.
    if (unknown.length < keys.length) {
      console.out(`${name}: known\n`);
      return true;
    }
    console.out(`${name} (${identity.knownAs}) shows:\n`);
    for (const { type, fingerprint } of unknown) console.out(`  ${type}  ${fingerprint}\n`);
    if (!yes && !(await isTrusted(console, name))) {
      console.tell(`${name}: not trusted.\n`);
      return false;
    }
    await trustHostKeys(identity, unknown);
    console.out(`${name}: written to ${identity.file}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    console.tell(`${name}: ${error.message}\n`);
    return false;
  }
}

const changedText = ({ keys, knownAs }: Identity): string =>
  keys
    .filter(({ verdict }) => verdict === 'changed' || verdict === 'revoked')
    .map(({ type, fingerprint, instead, verdict }) =>
      verdict === 'revoked'
        ? `its ${type} key ${fingerprint} is marked as revoked.`
        : `its ${type} key is ${fingerprint}, and ${instead.join(' or ')} is on record. Somebody may be in between. ` +
          `If the host was set up anew: ssh-keygen -R '${knownAs}', then trust it again.`,
    )
    .join('\n');

async function isTrusted(console: Console, name: string): Promise<boolean> {
  if (console.confirm !== null) return console.confirm(`Is this ${name}? yes or no: `);
  console.tell('There is no terminal to ask at; --yes takes the keys as they are.\n');
  return false;
}

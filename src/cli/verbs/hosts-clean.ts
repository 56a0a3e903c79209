import { Command } from 'commander';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import {
  type Ended,
  endAgent,
  type Held,
  heldThere,
  type Removed,
  removeFolder,
} from '../../coordinator/fleet/clean.ts';
import { holdingText } from '../../board/host-lines.ts';
import { TransportError } from '../../coordinator/transport/transport.ts';
import { formatSize } from '../../model/size.ts';
import { chosenHosts } from '../chosen-hosts.ts';
import type { Console } from '../console.ts';
import { type ExitCode, exitCode } from '../exit.ts';
import { inventoryOption } from '../options.ts';

interface CleanOptions {
  readonly inventory?: string;
  readonly force?: boolean;
}

interface Result {
  readonly said: string;
  readonly well: boolean;
}

export const cleanCommand = (console: Console, done: (code: ExitCode) => void): Command =>
  new Command('clean')
    .description(
      "Ends labsweep's agent on hosts, with all that it runs there, and removes what labsweep made in its folder. Files that others put there stay, and so do results that a ledger has.",
    )
    .argument('[names...]', 'hosts of the inventory (default: all)')
    .option('--force', 'also where trials run, which are ended, or results lie that nobody has taken in')
    .addOption(inventoryOption())
    .addHelpText('after', '\nExample:\n  labsweep hosts clean')
    .action(async (names: string[], options: CleanOptions) => {
      const hosts = chosenHosts(console, names, options.inventory);
      // Hosts may share a folder: all their agents end before the first folder goes, and it goes once.
      const ended = await Promise.all(hosts.map((host) => ending(host, options.force === true)));
      let well = true;
      for (const [index, host] of hosts.entries()) {
        const result = await removing(host, ended[index] ?? null);
        console.out(`${host.name}: ${result.said}${comesBackText(host, ended[index])}\n`);
        well &&= result.well;
      }
      await Promise.all(hosts.map(({ transport }) => transport.close()));
      if (!well) done(exitCode.failedInPart);
    });

type Ending = Ended | { readonly kind: 'in-use'; readonly because: string } | Failed;

async function ending({ transport, folder }: HostEntry, force: boolean): Promise<Ending> {
  try {
    const inUse = force ? null : inUseText(await heldThere(transport, folder));
    return inUse === null ? await endAgent(transport, folder, force) : { kind: 'in-use', because: inUse };
  } catch (error) {
    return failed(error);
  }
}

/** A run that goes on enters its hosts again. */
const comesBackText = ({ name }: HostEntry, ended: Ending | undefined): string =>
  ended?.kind === 'ended' && ended.connected > 0
    ? `; what was connected there comes back as long as it runs: end it by \`labsweep stop\` or \`labsweep hosts off ${name}\`, then clean again`
    : '';

/** Whose work would be lost, and what takes it in; null where nobody's would. */
function inUseText(held: Held): string | null {
  if (held.kind === 'unread') return `${held.because}; --force removes it all the same`;
  if (held.holdings.length === 0) return null;
  const texts = held.holdings.map(holdingText);
  return `it has ${texts.join(' and ')}; \`labsweep resume\` takes that in, \`labsweep stop\` ends it; or say --force`;
}

async function removing({ transport, folder }: HostEntry, ended: Ending | null): Promise<Result> {
  switch (ended?.kind) {
    case 'busy':
      return {
        said: `${ended.processes} processes of trials run there; wait for them, stop them, or say --force`,
        well: false,
      };
    case 'stays':
      return {
        said: `${ended.processes} processes of labsweep do not end there; nothing was removed`,
        well: false,
      };
    case 'in-use':
    case 'failed':
      return { said: ended.because, well: false };
    default: {
      return removedResult(await removeFolder(transport, folder).catch(failed));
    }
  }
}

function removedResult(removed: Removed | Failed): Result {
  switch (removed.kind) {
    case 'failed':
      return { said: removed.because, well: false };
    case 'nothing':
      return { said: 'nothing of labsweep is there', well: true };
    case 'removed':
      return { said: `${removed.folder} removed (${formatSize(removed.kib * 1024)})`, well: true };
    case 'emptied':
      return {
        said:
          `labsweep's files in ${removed.folder} removed (${formatSize(removed.kib * 1024)}); ` +
          (removed.left === ''
            ? 'the folder itself, empty now, cannot be removed'
            : `the folder stays, with what labsweep did not make there: ${removed.left}`),
        well: true,
      };
    case 'mixed':
      return {
        said:
          `${removed.folder} has files that labsweep did not make, so nothing was removed; ` +
          `if an earlier labsweep was there, remove by hand what is its: ${removed.names}`,
        well: false,
      };
    default:
      return removed satisfies never;
  }
}

interface Failed {
  readonly kind: 'failed';
  readonly because: string;
}

function failed(error: unknown): Failed {
  if (error instanceof TransportError) return { kind: 'failed', because: error.message };
  throw error;
}

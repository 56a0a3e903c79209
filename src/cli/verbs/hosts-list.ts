import { Command } from 'commander';
import type { InventoryHost } from '../../model/inventory.ts';
import { findStateFolder } from '../../ledger/store/state-folder.ts';
import type { LiveFigures } from '../../ledger/live-figures.ts';
import { tableLines } from '../../results/text-table.ts';
import { chosenHosts } from '../chosen-hosts.ts';
import type { Console } from '../console.ts';
import { openState } from '../open.ts';
import { inventoryOption, jsonOption, stateOption } from '../options.ts';

interface ListOptions {
  readonly inventory?: string;
  readonly state?: string;
  readonly json?: boolean;
}

interface ListedHost {
  readonly name: string;
  readonly transport: string;
  readonly address: string;
  readonly labels: readonly string[];
  /** As the coordinator that runs has it; null where none runs. */
  readonly state: string | null;
  readonly because: string | null;
}

export const listCommand = (console: Console): Command =>
  new Command('list')
    .description('Lists the hosts of the inventory. Nothing is connected to.')
    .addOption(inventoryOption())
    .addOption(stateOption())
    .addOption(jsonOption('one JSON document'))
    .addHelpText('after', '\nExample:\n  labsweep hosts list')
    .action((options: ListOptions) => {
      const live = liveOf(console, options);
      const hosts = chosenHosts(console, [], options.inventory).map((host): ListedHost => {
        const said = live?.hosts.find(({ name }) => name === host.name);
        return {
          name: host.name,
          transport: host.inventory.transport,
          address: addressText(host.inventory),
          labels: host.labels,
          state: host.off !== null ? 'off' : (said?.state ?? null),
          because: host.off ?? said?.because ?? null,
        };
      });
      if (options.json === true) console.out(`${JSON.stringify(hosts)}\n`);
      else console.out(`${listLines(hosts).join('\n')}\n`);
    });

const addressText = ({ name, address, user, port, jump, transport }: InventoryHost): string =>
  transport === 'local'
    ? 'this machine'
    : [
        user === null ? '' : `${user}@`,
        address ?? name,
        port === null ? '' : `:${port}`,
        jump === null ? '' : ` through ${jump}`,
      ].join('');

function liveOf(console: Console, { state }: ListOptions): LiveFigures | null {
  if (state === undefined && findStateFolder(console.cwd) === null) return null;
  return openState(console, state === undefined ? {} : { state }).live();
}

const listLines = (hosts: readonly ListedHost[]): string[] =>
  tableLines(
    ['host', 'by', 'address', 'labels', 'state'].map((head) => ({ head, align: 'left' })),
    hosts.map(({ name, transport, address, labels, state, because }) => [
      name,
      transport,
      address,
      labels.join(' '),
      because === null ? (state ?? '') : `${state ?? ''}: ${because}`,
    ]),
  );

import { Command } from 'commander';
import { ceilingText } from '../../board/bearing.ts';
import { heldFreeText } from '../../board/others.ts';
import type { InventoryHost } from '../../model/inventory/inventory.ts';
import type { LiveFigures } from '../../ledger/live-figures.ts';
import type { HostRecord } from '../../ledger/state.ts';
import { tableLines } from '../../results/text-table.ts';
import { chosenHosts } from '../chosen-hosts.ts';
import type { Console } from '../console.ts';
import { type OpenState, openState } from '../../session/ledger/open.ts';
import { inventoryOption, jsonOption, stateOption } from '../options.ts';
import { stateFolderOf } from '../../session/place/state-folder.ts';

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
      const opened = openedOf(console, options);
      const live = opened?.live() ?? null;
      const hosts = chosenHosts(console, [], options.inventory, { state: opened?.folder }).map(
        ({ name, inventory, labels, off }): ListedHost => {
          const said = live?.hosts.find((host) => host.name === name);
          return {
            name,
            transport: inventory.transport,
            address: addressText(inventory),
            labels,
            ...conditionOf(off, opened?.state.hosts.get(name), said),
          };
        },
      );
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

/** Null where no sweep was run here yet. */
function openedOf(console: Console, { state }: ListOptions): OpenState | null {
  const folder = stateFolderOf(console, console.cwd, state);
  return folder === null ? null : openState(console, { state: folder });
}

/** What a person or the ledger has against a host holds without a coordinator as well. */
function conditionOf(
  off: string | null,
  record: HostRecord | undefined,
  said: LiveFigures['hosts'][number] | undefined,
): Pick<ListedHost, 'state' | 'because'> {
  if (off !== null) return { state: 'off', because: off };
  if (record?.quarantine) return { state: 'quarantined', because: record.quarantine };
  if (record?.closed) return { state: 'off', because: record.closed };
  return {
    state: said?.state ?? null,
    because: said?.because ?? (said === undefined ? null : (heldFreeText(said) ?? ceilingText(said))),
  };
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

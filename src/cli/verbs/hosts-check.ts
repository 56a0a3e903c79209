import { Command } from 'commander';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import { Machines } from '../../coordinator/fleet/machines.ts';
import { type Inspection, inspect } from '../../coordinator/fleet/inspect.ts';
import { chosenHosts } from '../chosen-hosts.ts';
import type { Console } from '../console.ts';
import { type ExitCode, exitCode } from '../exit.ts';
import { type Finding, findingsOf } from '../host-findings.ts';
import { inventoryOption, jsonOption } from '../options.ts';
import { agentFile } from '../package-files.ts';

interface CheckOptions {
  readonly inventory?: string;
  readonly json?: boolean;
}

interface Checked {
  readonly host: string;
  readonly entered: boolean;
  readonly findings: readonly Finding[];
}

const marks: Readonly<Record<Finding['level'], string>> = { good: ' ', note: '!', bad: 'x' };

export const checkCommand = (console: Console, done: (code: ExitCode) => void): Command =>
  new Command('check')
    .description(
      'Enters hosts as a sweep would, and says what was found, what is missing and the remedy. Takes some 12 s: ' +
        'each agent is left alone for that long, to prove that it outlives its connection.',
    )
    .argument('[names...]', 'hosts of the inventory (default: all)')
    .addOption(inventoryOption())
    .addOption(jsonOption('one JSON document'))
    .addHelpText('after', '\nExample:\n  labsweep hosts check cedar oak')
    .action(async (names: string[], options: CheckOptions) => {
      const hosts = chosenHosts(console, names, options.inventory);
      console.err(`Checking ${hosts.length === 1 ? '1 host' : `${hosts.length} hosts`} …\n`);
      const looked = await Promise.all(hosts.map(look));
      const machines = new Machines();
      const checked = looked.map((one) => assess(one, machines));
      if (options.json === true) console.out(`${JSON.stringify(checked)}\n`);
      else console.out(`${checked.flatMap(checkedLines).join('\n')}\n`);
      done(codeOf(checked));
    });

interface Looked {
  readonly host: HostEntry;
  /** Null for a host that is off. */
  readonly found: Inspection | null;
}

async function look(host: HostEntry): Promise<Looked> {
  return {
    host,
    found: host.off === null ? await inspect(host, agentFile, host.inventory.transport !== 'local') : null,
  };
}

/** In the order of the inventory, so that of two entries for one machine the second one is told of. */
function assess({ host, found }: Looked, machines: Machines): Checked {
  const { name, off } = host;
  if (found === null)
    return { host: name, entered: false, findings: [{ level: 'note', text: `off: ${off ?? ''}` }] };
  const twin = found.kind === 'entered' ? machines.twinOf(name, found.probe) : null;
  const same: Finding[] =
    twin === null ? [] : [{ level: 'bad', text: `the same machine as ${twin}; keep one entry of the two` }];
  return { host: name, entered: found.kind === 'entered', findings: [...findingsOf(found), ...same] };
}

const checkedLines = ({ host, findings }: Checked): string[] => [
  host,
  ...findings.map(({ level, text }) => `  ${marks[level]} ${text}`),
];

function codeOf(checked: readonly Checked[]): ExitCode {
  if (!checked.some(({ entered }) => entered)) return exitCode.noHost;
  const isBad = checked.some(({ findings }) => findings.some(({ level }) => level === 'bad'));
  return isBad ? exitCode.failedInPart : exitCode.done;
}

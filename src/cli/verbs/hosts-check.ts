import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import { Machines } from '../../coordinator/fleet/machines.ts';
import { type Inspection, inspect } from '../../coordinator/fleet/inspect.ts';
import type { LaunchCheck } from '../../protocol/launch-check.ts';
import { type AskedSweep, withSweep } from '../../session/sweep/asked-sweep.ts';
import { chosenHosts } from '../chosen-hosts.ts';
import type { Console } from '../console.ts';
import { counted } from '../../session/text/counted.ts';
import { type ExitCode, exitCode } from '../exit.ts';
import { type Finding, findingsOf } from '../host-findings.ts';
import { onInterrupt } from '../interrupt.ts';
import { logLines } from '../log-lines.ts';
import { inventoryOption, jsonOption, stateOption } from '../options.ts';
import { writeSeenHosts } from '../../ledger/store/seen-hosts.ts';
import type { HostFacts } from '../../protocol/messages.ts';
import { stateFolderOf } from '../../session/place/state-folder.ts';
import { agentFile } from '../../session/package-files.ts';
import { missingLabels, sweepFindings } from '../sweep-findings.ts';

interface CheckOptions {
  readonly inventory?: string;
  readonly sweep?: string;
  readonly state?: string;
  readonly json?: boolean;
}

/** `hosts check --json` is a list of these. */
interface Checked {
  readonly host: string;
  readonly entered: boolean;
  readonly findings: readonly Finding[];
  /** Null where no sweep was asked about, or the host was not entered. */
  readonly sweep: CheckedSweep | null;
}

interface CheckedSweep {
  readonly sweep: string;
  readonly findings: readonly Finding[];
  /** What the host's agent answered, as it did. */
  readonly checks: readonly LaunchCheck[];
}

const marks: Readonly<Record<Finding['level'], string>> = { good: ' ', note: '!', bad: 'x' };

export const checkCommand = (console: Console, done: (code: ExitCode) => void): Command =>
  new Command('check')
    .description(
      'Enters hosts as a sweep would, and says what was found, what is missing and the remedy. Takes some 12 s: ' +
        'each agent is left alone for that long, to prove that it outlives its connection.',
    )
    .argument('[names...]', 'hosts of the inventory (default: all)')
    .option(
      '--sweep <file>',
      'also how this sweep would fare there: activate, interpreter, imports, data, program, resources; no trial starts',
    )
    .addOption(inventoryOption())
    .addOption(stateOption())
    .addOption(jsonOption('one JSON document'))
    .addHelpText(
      'after',
      '\nExamples:\n  labsweep hosts check cedar oak\n  labsweep hosts check --sweep sweep.yaml',
    )
    .action(async (names: string[], options: CheckOptions) => {
      const { sweep } = options;
      // Of the lab in which the sweep would run.
      const folder = sweep === undefined ? undefined : dirname(resolve(console.cwd, sweep));
      const hosts = chosenHosts(console, names, options.inventory, { sweep: folder });
      const interrupt = onInterrupt();
      const look = (asked: AskedSweep | null) => {
        const kept = asked === null ? stateFolderOf(console, console.cwd, options.state) : asked.stateFolder;
        return Promise.race([check(console, hosts, asked, kept), interrupt.promise]);
      };
      const { state, inventory: named } = options;
      const inventory = named === undefined ? null : resolve(console.cwd, named);
      const checked =
        sweep === undefined ? await look(null) : await withSweep(console, sweep, { state, inventory }, look);
      interrupt.forget();
      if (checked === 'interrupted') {
        console.tell('\nInterrupted: not all hosts were checked. No trial was started on any of them.\n');
        await Promise.all(hosts.map(({ transport }) => transport.close()));
        return done(exitCode.interrupted);
      }
      if (options.json === true) console.out(`${JSON.stringify(checked)}\n`);
      else console.out(`${checked.flatMap(checkedLines).join('\n')}\n`);
      done(codeOf(checked));
    });

async function check(
  console: Console,
  hosts: readonly HostEntry[],
  asked: AskedSweep | null,
  stateFolder: string | null,
): Promise<Checked[]> {
  const about = asked === null ? '' : ` for ${asked.declaration.sweep}`;
  console.tell(`Checking ${counted(hosts.length, 'host')}${about} …\n`);
  const looked = await Promise.all(hosts.map((host) => look(host, asked)));
  if (stateFolder !== null) keepSeen(console, stateFolder, looked);
  const machines = new Machines();
  return looked.map((one) => assess(one, machines, asked));
}

interface Looked {
  readonly host: HostEntry;
  /** Null for a host that is off. */
  readonly found: Inspection | null;
}

/** For `plan`, which enters no host. A state folder that only others may write keeps nobody from looking at hosts. */
function keepSeen(console: Console, stateFolder: string, looked: readonly Looked[]): void {
  try {
    writeSeenHosts(stateFolder, looked.map(seenOf));
  } catch (cause) {
    console.tell(
      `\`labsweep plan\` will not know of it: ${cause instanceof Error ? cause.message : String(cause)}\n`,
    );
  }
}

const seenOf = ({ host: { name }, found }: Looked): { name: string; facts: HostFacts | null } => ({
  name,
  facts: found?.kind === 'entered' ? found.facts : null,
});

async function look(host: HostEntry, asked: AskedSweep | null): Promise<Looked> {
  if (host.off !== null) return { host, found: null };
  const question = asked === null || missingLabels(asked, host).length > 0 ? null : asked.questionFor(host);
  return { host, found: await inspect(host, agentFile, host.inventory.transport !== 'local', question) };
}

/** In the order of the inventory, so that of two entries for one machine the second one is told of. */
function assess({ host, found }: Looked, machines: Machines, asked: AskedSweep | null): Checked {
  const { name, off } = host;
  if (found === null)
    return {
      host: name,
      entered: false,
      findings: [{ level: 'note', text: `off: ${off ?? ''}` }],
      sweep: null,
    };
  if (found.kind === 'not-entered')
    return { host: name, entered: false, findings: findingsOf(found, host.limits), sweep: null };
  const twin = machines.twinOf(name, found.probe);
  const same: Finding[] =
    twin === null ? [] : [{ level: 'bad', text: `the same machine as ${twin}; keep one entry of the two` }];
  return {
    host: name,
    entered: true,
    findings: [...findingsOf(found, host.limits), ...same],
    sweep:
      asked === null
        ? null
        : {
            sweep: asked.declaration.sweep,
            findings: sweepFindings(asked, host, found),
            checks: found.launch?.checks ?? [],
          },
  };
}

const checkedLines = ({ host, findings, sweep }: Checked): string[] => [
  host,
  ...findings.flatMap(findingLines),
  ...(sweep === null ? [] : [`  ${sweep.sweep}`, ...sweep.findings.flatMap(findingLines)]),
];

const findingLines = ({ level, text, log = '' }: Finding): string[] => [
  `  ${marks[level]} ${text}`,
  ...logLines(log, '        '),
];

function codeOf(checked: readonly Checked[]): ExitCode {
  if (!checked.some(({ entered }) => entered)) return exitCode.noHost;
  const all = checked.flatMap(({ findings, sweep }) => [...findings, ...(sweep?.findings ?? [])]);
  return all.some(({ level }) => level === 'bad') ? exitCode.failedInPart : exitCode.done;
}

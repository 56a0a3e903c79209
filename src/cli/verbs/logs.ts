import { Command } from 'commander';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import { HostReader } from '../../coordinator/fleet/host-reader.ts';
import { TransportError } from '../../coordinator/transport/transport.ts';
import type { Attempt, LedgerState } from '../../ledger/state.ts';
import { ledgerId } from '../../model/ids.ts';
import type { Console } from '../console.ts';
import { CommandError, type ExitCode, exitCode } from '../exit.ts';
import type { Interrupt } from '../../session/run/interrupt.ts';
import { onInterrupt } from '../interrupt.ts';
import { readLab } from '../../session/lab/lab.ts';
import { openState } from '../../session/ledger/open.ts';
import { inventoryOption, stateOption, wholeNumber } from '../options.ts';
import { agentFile } from '../../session/package-files.ts';
import { printLog } from '../print-log.ts';
import type { Verb } from '../verb.ts';
import { oneTrial, shortId } from '../trial-argument.ts';
import { attemptsOf, lastAttempt } from '../trial-record.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly state?: string;
  readonly inventory?: string;
}

export const logsVerb: Verb = (console, done) =>
  new Command('logs')
    .summary('show what a trial prints')
    .description('Shows what a trial printed, from its host; with -f goes on while it runs.')
    .argument('<trial>', 'a prefix of its id, #rank, or parameters like layers=8,seed=2')
    .option('-f, --follow', 'go on until the attempt has ended')
    .option('--attempt <n>', 'which attempt (default: the one that counts, else the last)', wholeNumber)
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addHelpText('after', '\nExample:\n  labsweep logs -f layers=8,dropout=0.5,seed=1')
    .action(async (name: string, options: LogsOptions) => {
      const { state, folder } = openState(console, options);
      const attempt = attemptNamed(state, name, options.attempt);
      const host = readLab(console, { state: folder }, options.inventory).hosts.find(
        (one) => one.name === attempt.host,
      );
      const interrupt = onInterrupt();
      try {
        if (host === undefined)
          throw new CommandError(`${attempt.host} is in the inventory no more, and the log lies there.`);
        const shown = showLog(console, host, state, attempt, options.follow === true, interrupt);
        if ((await shown) === 'interrupted') done(leave(console, attempt));
      } catch (error) {
        if (!(error instanceof TransportError || error instanceof CommandError)) throw error;
        printTail(console, attempt, error);
      } finally {
        interrupt.forget();
      }
    });

function attemptNamed(state: LedgerState, name: string, number: number | undefined): Attempt {
  const trial = oneTrial(state, name);
  const attempts = attemptsOf(state, trial);
  const attempt =
    number === undefined ? lastAttempt(state, trial) : attempts.find((one) => one.number === number);
  if (attempt === undefined)
    throw new CommandError(`trial ${shortId(trial)} has attempts 1 to ${attempts.length}.`);
  if (attempt !== null && attempt.importedFrom !== null)
    throw new CommandError(
      `trial ${shortId(trial)} was trained by another ledger, ${attempt.importedFrom.path}; its log is asked for there.`,
    );
  if (attempt === null || attempt.status.kind === 'leased' || attempt.status.kind === 'taken-back')
    throw new CommandError(
      `trial ${shortId(trial)} has not started; \`labsweep why ${shortId(trial)}\` says why.`,
    );
  return attempt;
}

async function showLog(
  console: Console,
  host: HostEntry,
  { ledger }: LedgerState,
  { id }: Attempt,
  follow: boolean,
  { promise: interrupted }: Interrupt,
): Promise<'shown' | 'interrupted'> {
  const reader = await HostReader.open(host, agentFile, ledger ?? ledgerId(''));
  const printed = printLog(reader.readLog(id, 0, follow), console.printed('out'));
  printed.catch(() => {}); // after an interrupt nobody waits for the rest
  try {
    return await Promise.race([printed.then((): 'shown' => 'shown'), interrupted]);
  } finally {
    reader.close();
  }
}

function leave(console: Console, attempt: Attempt): ExitCode {
  const { trial, sweep, host, status } = attempt;
  if (status.kind === 'running')
    console.tell(
      `\nTrial ${shortId({ id: trial })} goes on on ${host}.\n` +
        `\`labsweep logs -f ${shortId({ id: trial })}\` comes back to it, \`labsweep stop ${sweep}\` ends its sweep.\n`,
    );
  return exitCode.interrupted;
}

/** What the ledger kept of the log, where the host has it no more. @throws CommandError where that is nothing */
function printTail(console: Console, attempt: Attempt, cause: Error): void {
  const tail = attempt.status.kind === 'ended' ? attempt.status.end.logTail : '';
  if (tail === '')
    throw new CommandError(`the log on ${attempt.host} cannot be read: ${cause.message}`, {
      exitCode: exitCode.noHost,
      cause,
    });
  console.tell(`The log on ${attempt.host} cannot be read (${cause.message}); these are its last lines.\n`);
  console.out(tail.endsWith('\n') ? tail : `${tail}\n`);
}

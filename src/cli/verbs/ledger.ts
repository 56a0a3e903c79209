import { resolve } from 'node:path';
import { Command } from 'commander';
import { findStateFolder } from '../../ledger/store/state-folder.ts';
import type { Console } from '../console.ts';
import { CommandError, exitCode } from '../exit.ts';
import { findingText, verifyWholeLedger } from '../ledger-check.ts';
import { jsonOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';

/** Findings that a person reads before they are counted. */
const mostFindings = 20;

export const ledgerVerb: Verb = (console, done) =>
  new Command('ledger')
    .summary('look after the ledger')
    .description('Looks after the ledger, the file that holds every event.')
    .addHelpText('after', '\nExample:\n  labsweep ledger verify')
    .addCommand(verify(console, done));

const verify: Verb = (console, done) =>
  new Command('verify')
    .summary('check every hash, event and metrics line')
    .description(
      'Reads the whole ledger again: every hash, every event, every metrics line, and whether they add up.',
    )
    .addOption(stateOption())
    .addOption(jsonOption('what was found as one JSON document'))
    .addHelpText('after', '\nExample:\n  labsweep ledger verify --state ~/runs/.labsweep')
    .action((options: { state?: string; json?: boolean }) => {
      const check = verifyWholeLedger(folderOf(console, options.state));
      const { events, goodEvents, findings } = check;
      if (findings.length > 0) done(exitCode.failedInPart);
      if (options.json === true) return console.out(`${JSON.stringify(check)}\n`);
      if (findings.length === 0) return console.out(`The ledger is sound: ${events} events.\n`);
      for (const finding of findings.slice(0, mostFindings)) console.out(`${findingText(finding)}\n`);
      if (findings.length > mostFindings)
        console.out(`and ${findings.length - mostFindings} more; --json has all\n`);
      console.err(`The first ${goodEvents} of ${events} events are as they were written.\n`);
    });

function folderOf(console: Console, named: string | undefined): string {
  const folder = named === undefined ? findStateFolder(console.cwd) : resolve(console.cwd, named);
  if (folder === null)
    throw new CommandError('there is no .labsweep here or above; `labsweep run SWEEP` starts one.');
  return folder;
}

import { resolve } from 'node:path';
import { Command } from 'commander';
import { exitCode } from '../exit.ts';
import { checkLedger, findingText } from '../ledger-check.ts';
import { namedLedger } from '../ledger-path.ts';
import { jsonOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';

/** Findings that a person reads before they are counted. */
const mostFindings = 20;

export const ledgerVerifyVerb: Verb = (console, done) =>
  new Command('verify')
    .summary('check every hash, event and metrics line')
    .description(
      'Reads the whole ledger again: every hash, every event, every metrics line, and whether they add up.',
    )
    .argument('[file]', "another ledger's file, a backup say (default: that of the state folder)")
    .addOption(stateOption())
    .addOption(jsonOption('what was found as one JSON document'))
    .addHelpText('after', '\nExamples:\n  labsweep ledger verify\n  labsweep ledger verify ~/backups/lab.db')
    .action((file: string | undefined, options: { state?: string; json?: boolean }) => {
      const path = file === undefined ? namedLedger(console, options.state) : resolve(console.cwd, file);
      const check = checkLedger(path);
      const { events, goodEvents, findings } = check;
      if (findings.length > 0) done(exitCode.failedInPart);
      if (options.json === true) return console.out(`${JSON.stringify(check)}\n`);
      if (findings.length === 0) return console.out(`The ledger is sound: ${events} events.\n`);
      for (const finding of findings.slice(0, mostFindings)) console.out(`${findingText(finding)}\n`);
      if (findings.length > mostFindings)
        console.out(`and ${findings.length - mostFindings} more; --json has all\n`);
      console.err(`The first ${goodEvents} of ${events} events are as they were written.\n`);
    });

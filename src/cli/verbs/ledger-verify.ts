import { resolve } from 'node:path';
import { Command } from 'commander';
import { exitCode } from '../exit.ts';
import { lostFrom } from '../../ledger/store/shortfall.ts';
import { checkLedger, lostText, type Saved } from '../../session/ledger/ledger-check.ts';
import { findingText, savedText } from '../ledger-text.ts';
import { namedLedger } from '../../session/ledger/ledger-path.ts';
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
      const { events, goodEvents, findings, saved } = check;
      // Another file is a copy of some moment: what the coordinator has said since is not said of it.
      const lost = file === undefined && findings.length === 0 ? lostFrom(path) : null;
      if (findings.length > 0 || lost !== null) done(exitCode.failedInPart);
      if (options.json === true) return console.out(`${JSON.stringify({ ...check, lost })}\n`);
      if (lost !== null)
        return console.out(`${lostText(lost)}\nThe ${events} events before are as they were written.\n`);
      if (findings.length === 0) return console.out(`The ledger is sound: ${events} events.\n`);
      for (const finding of findings.slice(0, mostFindings)) console.out(`${findingText(finding)}\n`);
      if (findings.length > mostFindings)
        console.out(`and ${findings.length - mostFindings} more; --json has all\n`);
      console.tell(`The first ${goodEvents} of ${events} events are as they were written.\n`);
      if (saved !== null) console.tell(`${remedy(file, saved)}\n`);
    });

/** What can be saved, and the commands that do it. */
function remedy(file: string | undefined, saved: Saved): string {
  if (saved.events === 0)
    return 'Nothing can be saved; `labsweep ledger restore FILE` goes on from a backup.';
  const from = file === undefined ? '' : ` --from ${file}`;
  return (
    `${savedText(saved)}, can be saved:\n\`labsweep ledger recover saved.db${from}\` writes them into a new ledger, ` +
    'and `labsweep ledger restore saved.db` goes on with it.'
  );
}

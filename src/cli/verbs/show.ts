import { Command } from 'commander';
import { openState } from '../../session/ledger/open.ts';
import { jsonOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';
import { trialsNamed } from '../trial-argument.ts';
import { trialDocument } from '../trial-document.ts';
import { trialLines } from '../trial-lines.ts';
import { jsonText } from '../../model/value.ts';

export const showVerb: Verb = (console) =>
  new Command('show')
    .summary('show all that is known of a trial')
    .description(
      "Shows a trial: parameters, attempts with host and outcome, metrics, artifacts, the end of a failure's log.",
    )
    .argument('<trial>', 'a prefix of its id, #rank, or parameters like layers=8,dropout=0.5')
    .option('--sweep <name>', 'the sweep whose ranking #1 means (default: the one that was started last)')
    .addOption(stateOption())
    .addOption(jsonOption('the trial as one JSON document'))
    .addHelpText('after', "\nExamples:\n  labsweep show '#1'\n  labsweep show 3fa2 --json")
    .action((name: string, options: { sweep?: string; state?: string; json?: boolean }) => {
      const { state, folder } = openState(console, options);
      const trials = trialsNamed(state, name, options.sweep);
      if (options.json === true) {
        const documents = trials.map((trial) => trialDocument(state, trial, folder));
        console.out(`${jsonText(documents.length === 1 ? documents[0] : documents)}\n`);
      } else
        console.out(`${trials.map((trial) => trialLines(state, trial, folder).join('\n')).join('\n\n')}\n`);
    });

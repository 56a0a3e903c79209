import { Command } from 'commander';
import { labelOf } from '../../ledger/labels.ts';
import { kindIn } from '../../ledger/results.ts';
import type { LedgerState, Sweep, Trial, TrialStatus } from '../../ledger/state.ts';
import { formatDuration } from '../../model/duration.ts';
import { outcomeText } from '../../model/result/outcome-text.ts';
import { own } from '../../model/own.ts';
import { resultOf } from '../../results/result.ts';
import { type Column, tableLines } from '../../results/text-table.ts';
import { openState } from '../../session/ledger/open.ts';
import { jsonOption, stateOption, wholeNumber } from '../options.ts';
import type { Verb } from '../verb.ts';
import { sweepNamed } from '../../session/ledger/named-sweep.ts';
import { shortId } from '../trial-argument.ts';
import { lastAttempt } from '../trial-record.ts';
import { jsonText } from '../../model/value.ts';

const states = ['queued', 'leased', 'running', 'succeeded', 'diverged', 'failed', 'cancelled'] as const;

type ListOptions = { readonly [State in TrialStatus['kind']]?: boolean } & {
  readonly limit?: number;
  readonly state?: string;
  readonly json?: boolean;
};

export const listVerb: Verb = (console) => {
  const command = new Command('list')
    .summary('list the trials of a sweep')
    .description('Lists the trials of a sweep, one a line: all, or those in the states that are named.')
    .argument('[sweep]', 'its name (default: the one that was started last)');
  for (const state of states) command.option(`--${state}`, `those that are ${state}`);
  return command
    .option('--limit <n>', 'trials at most', wholeNumber)
    .addOption(stateOption())
    .addOption(jsonOption('the trials as one JSON document'))
    .addHelpText('after', '\nExample:\n  labsweep list lab --failed')
    .action((name: string | undefined, options: ListOptions) => {
      const { state } = openState(console, options);
      const sweep = sweepNamed(state, name);
      const wanted = new Set<string>(states.filter((one) => options[one] === true));
      const matching = sweep.order.filter(
        (trial) => wanted.size === 0 || wanted.has(kindIn(sweep, trial, trial.status)),
      );
      const trials = matching.slice(0, options.limit);
      if (options.json === true) {
        const documents = trials.map((trial) => trialDocument(state, sweep, trial));
        console.out(
          `${jsonText({ sweep: sweep.name, priority: sweep.declaration.priority, trials: documents })}\n`,
        );
        return;
      }
      if (trials.length > 0) console.out(`${trialTable(state, sweep, trials).join('\n')}\n`);
      const { priority } = sweep.declaration;
      const urgency = priority === 0 ? '' : `; the sweep has priority ${priority}`;
      console.tell(`${countText(trials.length, matching.length, sweep.order.length)}${urgency}\n`);
    });
};

function trialTable(state: LedgerState, sweep: Sweep, trials: readonly Trial[]): string[] {
  const { objective } = sweep.declaration;
  const heads = ['trial', 'point', 'state', objective.metric, 'host', 'time', 'why'];
  const columns = heads.map((head): Column => ({ head, align: head === 'time' ? 'right' : 'left' }));
  const rows = trials.map((trial) => {
    const line = resultOf(state, trial, objective)?.line ?? null;
    const value = line === null ? undefined : own(line, objective.metric);
    return [
      shortId(trial),
      labelOf(state, trial),
      kindIn(sweep, trial, trial.status),
      String(value ?? ''),
      ...attemptCells(state, trial),
    ];
  });
  return tableLines(columns, rows);
}

/** Host, time and, where it did not succeed, how the attempt ended. */
function attemptCells(state: LedgerState, trial: Trial): string[] {
  const attempt = lastAttempt(state, trial);
  const gaveUp = trial.status.kind === 'failed' ? trial.status.because : null;
  if (attempt?.status.kind !== 'ended') return [attempt?.host ?? '', '', gaveUp ?? ''];
  const { outcome, seconds } = attempt.status.end;
  const why = outcome.kind === 'succeeded' ? '' : (gaveUp ?? outcomeText(outcome)).replaceAll(/\s+/g, ' ');
  return [attempt.host, formatDuration(seconds * 1000), why];
}

function trialDocument(state: LedgerState, sweep: Sweep, trial: Trial): unknown {
  const attempt = lastAttempt(state, trial);
  const end = attempt?.status.kind === 'ended' ? attempt.status.end : null;
  return {
    trial: trial.id,
    state: kindIn(sweep, trial, trial.status),
    params: trial.point.params,
    case: trial.point.case,
    replicate: trial.replicate,
    seed: trial.seed,
    attempts: trial.attempts.length,
    host: attempt?.host ?? null,
    seconds: end?.seconds ?? null,
    outcome: end?.outcome ?? null,
  };
}

function countText(shown: number, matching: number, all: number): string {
  const which = matching === all ? `${all}` : `${matching} of ${all}`;
  return `${which} trials${shown === matching ? '' : `; the first ${shown} are shown`}`;
}

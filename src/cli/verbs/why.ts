import { Command } from 'commander';
import { labelOf } from '../../ledger/labels.ts';
import { placedText, whyTrial, type TrialReason } from '../../board/waiting.ts';
import { notesOf, whyAll, type WaitingSummary } from '../../board/waiting-summary.ts';
import { tableLines } from '../../results/text-table.ts';
import { openState, type OpenState } from '../../session/ledger/open.ts';
import { lastObstacleLines } from '../../board/last-obstacles.ts';
import { jsonOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';
import { shortId, trialsNamed } from '../trial-argument.ts';

interface WhyOptions {
  readonly state?: string;
  readonly json?: boolean;
}

export const whyVerb: Verb = (console) =>
  new Command('why')
    .summary('say why a trial waits, or a device idles')
    .description(
      'Says why a trial does not run yet, host by host. Without a trial: what waits for what, and which GPUs and hosts have nothing to do.',
    )
    .argument('[trial]', 'a prefix of its id, #rank, or parameters like layers=8,dropout=0.5')
    .addOption(stateOption())
    .addOption(jsonOption('the reasons as one JSON document'))
    .addHelpText('after', '\nExamples:\n  labsweep why\n  labsweep why layers=8,dropout=0.5')
    .action((name: string | undefined, options: WhyOptions) => {
      const opened = openState(console, options);
      const live = opened.live();
      if (name === undefined) {
        const summary = { ...whyAll(opened.state, live), notes: notesOf(live) };
        if (options.json === true)
          console.out(`${JSON.stringify({ coordinator: live?.pid ?? null, ...summary })}\n`);
        else console.out(`${summaryLines(summary, live === null ? absenceLines(opened) : []).join('\n')}\n`);
        return;
      }
      const reasons = reasonsOf(opened, name);
      if (options.json === true) {
        const [only] = reasons;
        console.out(
          `${JSON.stringify(reasons.length === 1 ? only?.reason : reasons.map(({ reason }) => reason))}\n`,
        );
      } else console.out(`${reasons.flatMap(reasonLines).join('\n')}\n`);
    });

interface LabelledReason {
  readonly label: string;
  readonly reason: TrialReason;
}

function reasonsOf(opened: OpenState, name: string): LabelledReason[] {
  const { state } = opened;
  const live = opened.live();
  return trialsNamed(state, name).map((trial) => ({
    label: `${shortId(trial)}  ${labelOf(state, trial)}`,
    reason: whyTrial(state, trial, live, Date.now()),
  }));
}

function reasonLines({ label, reason }: LabelledReason): string[] {
  const refusals = reason.refusals.map((refusal) => [`  ${refusal.host}`, placedText(refusal)]);
  const table = tableLines(
    [
      { head: '', align: 'left' },
      { head: '', align: 'left' },
    ],
    refusals,
  ).slice(1);
  const waits = reason.state === 'queued' || reason.state === 'leased';
  return [`${label}  ${waits ? `${reason.state}: ` : ''}${reason.because}`, ...table];
}

function absenceLines(opened: OpenState): string[] {
  const silence = opened.silence();
  return silence === null
    ? [
        ...lastObstacleLines(opened.state, opened.lastObstacles()),
        'No coordinator runs, so the hosts are not known.',
      ]
    : [silence];
}

function summaryLines(
  { groups, idle, notes }: WaitingSummary & { readonly notes: ReturnType<typeof notesOf> },
  noCoordinator: readonly string[],
): string[] {
  const waiting = groups.map(({ trials, where, because }) => [String(trials), where, because]);
  const idling = idle.map(({ host, index, because }) => [
    index === null ? host : `${host} GPU ${index}`,
    because,
  ]);
  return [
    ...(groups.length === 0
      ? ['Nothing waits.']
      : tableLines(
          [
            { head: 'waiting', align: 'right' },
            { head: 'in', align: 'left' },
            { head: 'because', align: 'left' },
          ],
          waiting,
        )),
    ...(idle.length === 0
      ? []
      : [
          '',
          ...tableLines(
            [
              { head: 'idle', align: 'left' },
              { head: 'because', align: 'left' },
            ],
            idling,
          ),
        ]),
    ...(notes.length === 0 ? [] : ['', ...notes.map(({ host, because }) => `${host}: ${because}`)]),
    ...(noCoordinator.length === 0 ? [] : ['', ...noCoordinator]),
  ];
}

/** `show` for people. */
import { deviceLabel } from '../board/devices.ts';
import { labelOf } from '../ledger/labels.ts';
import type { LedgerState, Trial } from '../ledger/state.ts';
import type { MetricsLine } from '../model/result/metrics.ts';
import { formatDuration } from '../model/duration.ts';
import { outcomeText } from '../model/result/outcome-text.ts';
import { formatSize } from '../model/size.ts';
import { type Column, tableLines } from '../results/text-table.ts';
import { type AttemptDocument, trialDocument } from './trial-document.ts';
import { own } from '../model/own.ts';
import { valueText } from '../model/value.ts';

/** @param folder the state folder */
export function trialLines(state: LedgerState, trial: Trial, folder: string): string[] {
  const document = trialDocument(state, trial, folder);
  const { attempts, parameters } = document;
  const result = attempts.find(({ counts }) => counts) ?? attempts.at(-1);
  return [
    `trial ${document.trial}`,
    ...table(
      ['left', 'left'],
      [
        ['  point', labelOf(state, trial)],
        [
          '  parameters',
          Object.entries(document.params)
            .map(([name, value]) => `${name}=${valueText(value)}`)
            .join(' '),
        ],
        ...(document.case === null ? [] : [['  case', document.case]]),
        ...(parameters === null ? [] : [['  trainable', parameters.toLocaleString('en')]]),
        ['  replicate', `${document.replicate}, seed ${document.seed}`],
        ['  sweeps', document.sweeps.join(', ') || 'none any more'],
        ['  state', stateText(trial)],
      ],
    ),
    ...section(
      'attempts',
      attempts.map((attempt) => [...attemptCells(attempt), beginningText(attempt, attempts)]),
    ),
    ...predictionLines(attempts),
    ...(result === undefined ? [] : resultLines(result)),
  ];
}

/** What was expected of attempts beside what they took. */
function predictionLines(attempts: readonly AttemptDocument[]): string[] {
  const rows = attempts.flatMap(({ number, predicted, seconds, peakMemoryBytes, peakGpuMemoryBytes }) =>
    predicted === null
      ? []
      : [
          [
            `  ${number}`,
            durationText(predicted.seconds),
            durationText(seconds),
            sizeText(predicted.hostMemoryBytes),
            sizeText(peakMemoryBytes),
            sizeText(predicted.gpuMemoryBytes),
            sizeText(peakGpuMemoryBytes),
          ],
        ],
  );
  const heads = ['', 'time', 'real', 'memory', 'real', 'of its GPU', 'real'];
  return rows.length === 0 ? [] : section('predicted, and real', [heads, ...rows]);
}

const durationText = (seconds: number | null): string =>
  seconds === null ? '' : formatDuration(seconds * 1_000);
const sizeText = (bytes: number | null): string => (bytes === null ? '' : formatSize(bytes));

const stateText = ({ status }: Trial): string =>
  status.kind === 'failed' && status.because !== null ? `failed, given up: ${status.because}` : status.kind;

function attemptCells(attempt: AttemptDocument): string[] {
  const { number, host, ledger, device, state, outcome, killed, seconds, cpuSeconds, counts } = attempt;
  return [
    `  ${number}`,
    `${host}${device === null ? '' : ` ${deviceLabel(null, device)}`}${ledger === null ? '' : `, in ${ledger.path}`}`,
    `${outcome === null ? state : oneLine(outcomeText(outcome))}${killed ? killedText : ''}${counts ? ' (counts)' : ''}`,
    durationText(seconds),
    cpuSeconds === null ? '' : `${formatDuration(cpuSeconds * 1000)} of CPU`,
    peakText(attempt),
  ];
}

/** Its program lost what it would have saved: SIGTERM asks for a checkpoint. */
const killedText = '; it did not end on SIGTERM within its grace, and was killed';

/** The last thing said of an attempt, and of few: it went on from an earlier one, or could not. */
function beginningText({ continues, anew }: AttemptDocument, attempts: readonly AttemptDocument[]): string {
  const source = attempts.find(({ attempt }) => attempt === continues);
  if (source !== undefined) return `from the checkpoint of attempt ${source.number}`;
  return anew === null ? '' : `anew: ${oneLine(anew)}`;
}

function peakText({ peakMemoryBytes, peakGpuMemoryBytes }: AttemptDocument): string {
  if (peakMemoryBytes === null) return '';
  const ofGpu = peakGpuMemoryBytes === null ? '' : `, ${formatSize(peakGpuMemoryBytes)} of its GPU`;
  return `${formatSize(peakMemoryBytes)} at its peak${ofGpu}`;
}

function resultLines({
  number,
  host,
  ledger,
  best,
  final,
  metricsCount,
  metricsRead,
  artifacts,
  left,
  logTail,
}: AttemptDocument): string[] {
  const names = [...new Set([...Object.keys(best ?? {}), ...Object.keys(final ?? {})])].filter(
    (name) => name !== 'final',
  );
  const cells = names.map((name) => [`  ${name}`, textOf(best, name), textOf(final, name)]);
  const files = artifacts.map(({ path, sizeBytes, file }) => [
    `  ${path}`,
    formatSize(sizeBytes),
    file ?? (ledger === null ? `on ${host}` : `with ${ledger.path}`),
  ]);
  const tail = logTail.trimEnd();
  return [
    ...(cells.length === 0
      ? []
      : section(`metrics of attempt ${number}, ${keptText(metricsCount, metricsRead)}`, [
          ['', 'best', 'final'],
          ...cells,
        ])),
    ...section(`artifacts of attempt ${number}`, files),
    ...(left.length === 0 ? [] : ['', ...left]),
    ...(tail === ''
      ? []
      : ['', `end of the log of attempt ${number}`, ...tail.split('\n').map((line) => `  ${line}`)]),
  ];
}

/** Of lines that come faster than they are kept, the first, the best and the last are among those that are. */
const keptText = (kept: number, read: number | null): string =>
  read === null || read <= kept ? `${kept} lines` : `${kept} of ${read} lines kept`;

const textOf = (line: MetricsLine | null, name: string): string =>
  String((line === null ? null : own(line, name)) ?? '');

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', title, ...table(rows[0]?.map(() => 'left') ?? [], rows)];
}

const table = (aligns: readonly Column['align'][], rows: readonly (readonly string[])[]): string[] =>
  tableLines(
    aligns.map((align) => ({ head: '', align })),
    rows,
  ).slice(1);

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

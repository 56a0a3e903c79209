/** What the end of a sweep means: the exit code, and the words for it. */
import { labelOf } from '../results/labels.ts';
import type { LedgerState, Sweep } from '../ledger/state.ts';
import { isPartOf } from '../ledger/sweeps.ts';
import { sweepName } from '../model/ids.ts';
import type { Refusal } from '../model/refusal.ts';
import { refusalText } from '../model/refusal-text.ts';
import type { Console } from './console.ts';
import { counted } from '../session/text/counted.ts';
import { CommandError, type ExitCode, exitCode } from './exit.ts';
import { leftLines } from './left-artifacts.ts';
import { logLines } from './log-lines.ts';
import { quoted } from '../session/text/quoted.ts';

type Counts = Sweep['counts'];

/** Why each host goes on with nothing of a sweep. */
export type Obstacles = readonly { readonly host: string; readonly refusal: Refusal }[];

/** Trials that are named; the others are counted. */
const mostNamed = 5;

export function sweepOf(ledger: LedgerState, name: string): Sweep {
  const sweep = ledger.sweeps.get(sweepName(name));
  if (sweep === undefined) throw new CommandError(`there is no sweep ${name} in this ledger.`);
  return sweep;
}

/** What a sweep that came to rest amounts to, said where it is not all well. @param console null: nothing is said */
export function verdictOf(
  console: Console | null,
  ledger: LedgerState,
  sweep: Sweep,
  { diverged, failed }: Counts,
): ExitCode {
  const { name, status } = sweep;
  for (const line of console === null ? [] : leftLines(ledger, sweep)) console?.err(`${line}\n`);
  if (status.kind === 'stopped') console?.err(stoppedText(sweep, status));
  else if (status.kind === 'paused')
    console?.err(`Sweep ${name} is paused; \`labsweep resume ${name}\` goes on.\n`);
  else if (failed > 0)
    console?.err(
      `${failed} failed: \`labsweep list ${name} --failed\` shows them, ` +
        `\`labsweep retry ${name} --failed && labsweep resume ${name}\` tries them again.\n`,
    );
  if (diverged > 0)
    console?.err(
      `${diverged} diverged (NaN or infinite): \`labsweep list ${name} --diverged\` shows ${diverged === 1 ? 'it' : 'them'}. ` +
        'That is a result, which is ranked last and not trained again.\n',
    );
  return status.kind !== 'open' || failed > 0 ? exitCode.failedInPart : exitCode.done;
}

function stoppedText(
  { name, counts, declaration }: Sweep,
  { by, because }: Extract<Sweep['status'], { kind: 'stopped' }>,
): string {
  if (by === 'person') return `Sweep ${name} was stopped by a person; \`labsweep resume ${name}\` goes on.\n`;
  const retry = counts.failed > 0 ? `labsweep retry ${name} --failed && ` : '';
  return (
    `Sweep ${name} was stopped: its first trials failed in the same way.\n${indent(because)}\n` +
    `Once that is mended, \`${retry}${runText(declaration)}\` goes on.\n`
  );
}

const runText = ({ path }: Sweep['declaration']): string => `labsweep run ${quoted(path)}`;

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');

/** No host goes on with what waits: a failure in part where the rest is done and hosts are only too small for it. */
export function strandedVerdict(
  console: Console,
  ledger: LedgerState,
  sweep: Sweep,
  { queued, leased, running, succeeded, diverged }: Counts,
  obstacles: Obstacles,
): ExitCode {
  for (const { host, refusal } of obstacles) {
    console.err(`${host}: ${refusalText(refusal)}\n`);
    if (refusal.kind === 'unprepared')
      console.err(
        logLines(refusal.logTail)
          .map((line) => `${line}\n`)
          .join(''),
      );
  }
  const areTooSmall = obstacles.length > 0 && obstacles.every(({ refusal }) => isTooSmall(refusal));
  const which = areTooSmall ? ` (${waitingText(ledger, sweep)})` : '';
  const remedy = areTooSmall
    ? `its file may ask for less in \`resources\`, or a larger host join inventory.json; then `
    : obstacles.some(({ refusal }) => isKept(refusal))
      ? `once inventory.json leaves a GPU to everybody, or has another host, `
      : '';
  console.err(
    `No host can go on with ${counted(queued + leased + running, 'trial')} of ${sweep.name}${which}; ${remedy}\`${runText(sweep.declaration)}\` tries again.\n`,
  );
  return areTooSmall && succeeded + diverged > 0 ? exitCode.failedInPart : exitCode.noHost;
}

const isTooSmall = (refusal: Refusal): boolean =>
  ['memory', 'cpus', 'no-gpu', 'gpus'].includes(refusal.kind) && !isKept(refusal);

/** Its GPUs might be large enough, but a person has taken one out of use, or keeps it for its owner. */
const isKept = (refusal: Refusal): boolean =>
  refusal.kind === 'gpus' &&
  refusal.devices.some(({ refusals }) =>
    refusals.some(({ kind }) => kind === 'gpu-off' || kind === 'gpu-reserved'),
  );

function waitingText(ledger: LedgerState, sweep: Sweep): string {
  const waiting = sweep.order.filter(
    ({ id, status }) => status.kind === 'queued' && isPartOf(sweep.part, id),
  );
  const named = waiting.slice(0, mostNamed).map((trial) => labelOf(ledger, trial));
  const more = waiting.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

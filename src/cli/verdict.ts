/** What the end of a sweep means, in words. */
import { notAskedOf } from '../board/asked.ts';
import { labelOf } from '../ledger/labels.ts';
import type { LedgerState, Sweep } from '../ledger/state.ts';
import { isPartOf } from '../ledger/sweeps.ts';
import { refusalText } from '../model/refusal/refusal.ts';
import { areTooSmall, isKept, type Obstacles, type Verdict } from '../session/run/verdict.ts';
import type { Console } from './console.ts';
import { counted } from '../session/text/counted.ts';
import { leftLines } from './left-artifacts.ts';
import { logLines } from './log-lines.ts';
import { quoted } from '../session/text/quoted.ts';

type Counts = Sweep['counts'];

/** Trials that are named; the others are counted. */
const mostNamed = 5;

/** What a sweep that is over amounts to, said where it is not all well. */
export function sayVerdict(console: Console, ledger: LedgerState, verdict: Verdict): void {
  const { sweep, counts, obstacles } = verdict;
  if (obstacles !== null) return sayStranded(console, ledger, sweep, counts, obstacles);
  sayNotAsked(console, sweep);
  sayRest(console, ledger, sweep, counts);
}

function sayNotAsked(console: Console, sweep: Sweep): void {
  const left = notAskedOf(sweep, null);
  if (left > 0)
    console.tell(
      `${counted(left, 'trial')} more of ${sweep.name} ${left === 1 ? 'was' : 'were'} not asked for; ` +
        `\`labsweep run ${sweep.declaration.path}\` runs all of it.\n`,
    );
}

function sayRest(console: Console, ledger: LedgerState, sweep: Sweep, { diverged, failed }: Counts): void {
  const { name, status } = sweep;
  for (const line of leftLines(ledger, sweep)) console.tell(`${line}\n`);
  if (status.kind === 'stopped') console.tell(stoppedText(sweep, status));
  else if (status.kind === 'paused')
    console.tell(`Sweep ${name} is paused; \`labsweep resume ${name}\` goes on.\n`);
  else if (failed > 0)
    console.tell(
      `${failed} failed: \`labsweep list ${name} --failed\` shows them, ` +
        `\`labsweep retry ${name} --failed && labsweep resume ${name}\` tries them again.\n`,
    );
  if (diverged > 0)
    console.tell(
      `${diverged} diverged (NaN or infinite): \`labsweep list ${name} --diverged\` shows ${diverged === 1 ? 'it' : 'them'}. ` +
        'That is a result, which is ranked last and not trained again.\n',
    );
}

function stoppedText(
  { name, counts, declaration }: Sweep,
  { by, because }: Extract<Sweep['status'], { kind: 'stopped' }>,
): string {
  if (by === 'person') return `Sweep ${name} was stopped by a person; \`labsweep resume ${name}\` goes on.\n`;
  // With options of its own a run of the file may be of another name, and only the same command goes on with it.
  const retry = counts.failed > 0 ? `\`labsweep retry ${name} --failed\` and then ` : '';
  return (
    `Sweep ${name} was stopped: its first trials failed in the same way.\n${indent(because)}\n` +
    `Once that is mended, ${retry}the same \`labsweep run\` of ${declaration.path} goes on.\n`
  );
}

const runText = ({ path }: Sweep['declaration']): string => `labsweep run ${quoted(path)}`;

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');

function sayStranded(
  console: Console,
  ledger: LedgerState,
  sweep: Sweep,
  { queued, leased, running }: Counts,
  obstacles: Obstacles,
): void {
  for (const { host, refusal } of obstacles) {
    console.tell(`${host}: ${refusalText(refusal)}\n`);
    if (refusal.kind === 'unprepared')
      console.tell(
        logLines(refusal.logTail)
          .map((line) => `${line}\n`)
          .join(''),
      );
  }
  const isTooMuch = areTooSmall(obstacles);
  const which = isTooMuch ? ` (${waitingText(ledger, sweep)})` : '';
  const remedy = isTooMuch
    ? `its file may ask for less in \`resources\`, or a larger host join inventory.json; then `
    : obstacles.some(({ refusal }) => isKept(refusal))
      ? `once inventory.json leaves a GPU to everybody, or has another host, `
      : '';
  console.tell(
    `No host can go on with ${counted(queued + leased + running, 'trial')} of ${sweep.name}${which}; ${remedy}\`${runText(sweep.declaration)}\` tries again.\n`,
  );
}

function waitingText(ledger: LedgerState, sweep: Sweep): string {
  const waiting = sweep.order.filter(
    ({ id, status }) => status.kind === 'queued' && isPartOf(sweep.part, id),
  );
  const named = waiting.slice(0, mostNamed).map((trial) => labelOf(ledger, trial));
  const more = waiting.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

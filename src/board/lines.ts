/** The live view as lines: at most `mostLines`, none wider than the terminal. */
import { inLine } from '../model/printed/printable.ts';
import { hostLines } from './host-lines.ts';
import type { Failure, RunView } from './run-view.ts';
import { ignoredText } from '../results/leaderboard-notes.ts';
import { bestLabel, countsText, etaText, figure, rivalsText, wholeSeconds } from './text.ts';

const mostLines = 15;

export function lines(view: RunView, columns: number): string[] {
  const head = [progressLine(view, columns), countsLine(view)];
  const foot = [...bestLines(view), ...view.ignored.map(ignoredText), ...view.failures.map(failureLine)];
  const room = mostLines - head.length - foot.length;
  return [...head, ...hostLines(view.hosts, room), ...foot].map((line) => cut(inLine(line), columns));
}

const barWidth = 24;
const leastBar = 8;

/** The bar goes first where there is no room for the words. */
function progressLine({ sweep, counts, elapsedMs, eta }: RunView, columns: number): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const done = counts.succeeded + counts.diverged + counts.failed + counts.cancelled;
  const share = total === 0 ? 1 : done / total;
  const times = [wholeSeconds(elapsedMs), ...(eta === null ? [] : [etaText(eta)])];
  const words = `${done}/${total} ${Math.floor(share * 100)} %  ${times.join(', ')}`;
  const room = columns - `${sweep}  ${words}`.length - 1;
  const width = Math.min(barWidth, room);
  const filled = Math.floor(share * width);
  const bar = width < leastBar ? '' : `${'█'.repeat(filled)}${'░'.repeat(width - filled)} `;
  return `${sweep}  ${bar}${words}`;
}

function countsLine(view: RunView): string {
  const { status } = view;
  return status.kind === 'stopped' ? `${countsText(view)}; stopped: ${status.because}` : countsText(view);
}

const bestLines = (view: RunView): string[] =>
  view.best === null
    ? []
    : [
        `first   ${view.best.metric} ${figure(view.best.value)}  ${[bestLabel(view.best), ...rivalsText(view)].join('; ')}`,
      ];

const failureLine = ({ label, host, reason, agoMs }: Failure): string =>
  `failed  ${label} on ${host}, ${wholeSeconds(agoMs)} ago: ${oneLine(reason)}`;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** What is cut off is marked. */
export const cut = (line: string, columns: number): string =>
  line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`;

import { LatestFindings } from '../board/findings.ts';
import { HostNotices, hostNewsText } from '../board/host-notices.ts';
import { lines as boardLines } from '../board/lines.ts';
import { PlainLog } from '../board/plain-log.ts';
import { Renderer } from '../board/renderer.ts';
import { type RunView, runView } from '../board/run-view.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import type { LiveFigures } from '../ledger/live-figures.ts';
import type { MetricsBatch } from '../ledger/metrics-batch.ts';
import type { LedgerState, Sweep } from '../ledger/state.ts';
import type { AttemptId, SweepName } from '../model/ids.ts';
import type { MetricsLine } from '../model/result/metrics.ts';
import { bestSoFar } from '../results/best.ts';
import { leaderboard } from '../results/leaderboard.ts';
import { leaderboardLines } from '../results/leaderboard-table.ts';
import type { Console } from './console.ts';
import { counted } from '../session/text/counted.ts';
import type { RunReporter, RunSummary } from '../session/run/run-reporter.ts';
import { sayVerdict } from './verdict.ts';

/** Rows of the table that a run ends with; `labsweep leaderboard` has them all. */
const rowsAtEnd = 20;

/** What `run` says to people: live lines on a terminal, appended lines elsewhere, the leaderboard at the end. */
export function boardReporter(console: Console, name: SweepName): RunReporter {
  const latest = new LatestLines();
  const findings = new LatestFindings();
  let live: LiveFigures | null = null;
  let seen: LedgerState | null = null;
  const sweep = (): Sweep | undefined => seen?.sweeps.get(name);
  const view = (state: LedgerState, shown: Sweep): RunView =>
    runView({
      state,
      sweep: shown,
      live,
      best: bestSoFar(state, shown),
      findings: findings.of(state, shown),
      latestLine: latest.of,
      nowMs: Date.now(),
    });
  const renderer = console.live
    ? new Renderer(console.errStream, () => {
        const shown = sweep();
        return seen === null || shown === undefined ? [] : boardLines(view(seen, shown), console.columns);
      })
    : null;
  const write = (line: string): void =>
    renderer === null ? console.tell(`${line}\n`) : renderer.persist(line);
  const plain = new PlainLog(write);
  const notices = new HostNotices();
  return {
    committed: (events, metrics, ledger) => {
      latest.note(events, metrics);
      seen = ledger;
      if (renderer === null) plain.committed(events, ledger);
      renderer?.changed();
    },
    moment: (ledger, figures) => {
      seen = ledger;
      live = figures;
      const shown = sweep();
      // A live line is cut where the terminal ends, and with it the remedy: the whole of it stays above.
      for (const news of notices.news(figures, performance.now())) write(hostNewsText(news));
      if (renderer === null && shown !== undefined)
        plain.moment(() => view(ledger, shown), performance.now());
      renderer?.changed();
    },
    notice: write,
    ended: (ledger, summary) => {
      seen = ledger;
      if (renderer === null) plain.end(view(ledger, summary.sweep));
      renderer?.end();
      sayEnd(console, ledger, summary);
    },
    over: (ledger, verdict) => sayVerdict(console, ledger, verdict),
    close: () => renderer?.end(),
  };
}

function sayEnd(console: Console, ledger: LedgerState, summary: RunSummary): void {
  const { sweep, cached, succeeded, diverged, seconds } = summary;
  const board = leaderboardLines(leaderboard(ledger, sweep), console.columns, {
    limit: rowsAtEnd,
    only: null,
  });
  if (sweep.counts.succeeded + sweep.counts.diverged > 0) console.out(`${board.join('\n')}\n`);
  console.tell(
    `${counted(succeeded + diverged, 'trial')} trained in ${seconds.toFixed(1)} s, ${cached} taken from before.\n`,
  );
}

/** The last metrics line of each attempt that runs. */
class LatestLines {
  readonly #lines = new Map<AttemptId, MetricsLine>();

  readonly of = (attempt: AttemptId): MetricsLine | null => this.#lines.get(attempt) ?? null;

  note(events: readonly LedgerEvent[], metrics: readonly MetricsBatch[]): void {
    for (const { attempt, lines } of metrics) {
      const last = lines.at(-1);
      if (last !== undefined) this.#lines.set(attempt, last);
    }
    for (const event of events) if (event.kind === 'ended') this.#lines.delete(event.attempt);
  }
}

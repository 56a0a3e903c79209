import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { lines } from '../../board/lines.ts';
import { PlainLog } from '../../board/plain-log.ts';
import { Renderer } from '../../board/renderer.ts';
import { isAtRest, type RunView, runView } from '../../board/run-view.ts';
import type { LiveFigures } from '../../ledger/live-figures.ts';
import type { Sweep } from '../../ledger/state.ts';
import type { AttemptId } from '../../model/ids.ts';
import type { MetricsLine } from '../../model/result/metrics.ts';
import { bestSoFar } from '../../results/best.ts';
import { lastObstacleLines } from '../../board/last-obstacles.ts';
import { findingsOf } from '../../board/findings.ts';
import type { Console } from '../console.ts';
import { type ExitCode, exitCode } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { type OpenState, openState } from '../../session/ledger/open.ts';
import { jsonOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';
import { statusDocument } from '../status-document.ts';
import { type Absence, statusLines } from '../status-lines.ts';
import { sweepNamed } from '../../session/ledger/named-sweep.ts';

const lookEveryMs = 1_000;
/** Running trials whose latest figure is looked up: as many as the live view shows one by one. */
const fewRunning = 9;

interface StatusOptions {
  readonly watch?: boolean;
  readonly state?: string;
  readonly json?: boolean;
}

export const statusVerb: Verb = (console, done) =>
  new Command('status')
    .summary('show how far sweeps are and what hosts do')
    .description('Shows how far each sweep is, and what each host does.')
    .option('--watch', 'keep it up to date until the sweep that was started last is done')
    .addOption(stateOption())
    .addOption(jsonOption('the status as one JSON document'))
    .addHelpText('after', '\nExample:\n  labsweep status --watch')
    .action(async (options: StatusOptions) => {
      const opened = openState(console, options);
      if (options.watch === true) return done(await watch(console, opened));
      const live = opened.live();
      if (options.json === true)
        console.out(`${JSON.stringify(statusDocument(opened.state, live, Date.now()))}\n`);
      else console.out(`${statusText(opened, live, console.columns).join('\n')}\n`);
    });

function statusText(opened: OpenState, live: LiveFigures | null, columns: number): string[] {
  const sweeps = [...opened.state.sweeps.values()];
  if (sweeps.length === 0) return ['No sweep yet; `labsweep run SWEEP` starts one.'];
  return statusLines(
    sweeps.map((sweep) => viewOf(opened, sweep, live)),
    live,
    live === null ? absenceOf(opened) : null,
    columns,
  );
}

const absenceOf = (opened: OpenState): Absence => ({
  silence: opened.silence(),
  obstacles: lastObstacleLines(opened.state, opened.lastObstacles()),
});

/** Returns when nothing of the sweep waits or runs any more, when it was stopped, or when the person has seen enough. */
async function watch(console: Console, opened: OpenState): Promise<ExitCode> {
  let view = latestView(opened);
  const renderer = console.live ? new Renderer(console.errStream, () => lines(view, console.columns)) : null;
  const plain = new PlainLog((line) => console.tell(`${line}\n`));
  const interrupt = onInterrupt();
  const isOver = (): boolean => isAtRest(view) || view.status.kind === 'stopped';
  try {
    while (!isOver()) {
      if ((await Promise.race([pause(lookEveryMs), interrupt.promise])) === 'interrupted') break;
      const news = opened.refresh();
      view = latestView(opened);
      if (news.kind === 'another') console.tell(`Another ledger lies in ${opened.folder} by now.\n`);
      if (renderer === null) {
        if (news.kind === 'more') plain.committed(news.events, opened.state);
        plain.moment(() => view, performance.now());
      }
      renderer?.changed();
    }
  } finally {
    renderer?.end();
    interrupt.forget();
  }
  if (!isOver()) return leave(console, view);
  if (renderer === null) plain.end(view);
  return exitCode.done;
}

function leave(console: Console, { sweep }: RunView): ExitCode {
  console.tell(
    `This was a look only: ${sweep} goes on as before.\n` +
      `\`labsweep status --watch\` looks again, \`labsweep stop ${sweep}\` ends the sweep.\n`,
  );
  return exitCode.interrupted;
}

const latestView = (opened: OpenState): RunView => viewOf(opened, sweepNamed(opened.state), opened.live());

function viewOf(opened: OpenState, sweep: Sweep, live: LiveFigures | null): RunView {
  const { state, reader } = opened;
  const latestLine = (attempt: AttemptId): MetricsLine | null =>
    sweep.counts.running > fewRunning ? null : (reader.metrics(attempt).at(-1) ?? null);
  return runView({
    state,
    sweep,
    live,
    best: bestSoFar(state, sweep),
    findings: findingsOf(state, sweep),
    latestLine,
    nowMs: Date.now(),
  });
}

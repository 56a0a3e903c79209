import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import { HostReader } from '../../coordinator/fleet/host-reader.ts';
import { type AttemptId, type LedgerId, ledgerId } from '../../model/ids.ts';
import { outcomeText } from '../../model/result/outcome-text.ts';
import type { Console } from '../console.ts';
import { storeFolder } from '../../session/content/named-content.ts';
import { declareSweep } from '../../session/sweep/declare.ts';
import { thisMachine } from '../../session/lab/lab.ts';
import { setOption, stateOption } from '../options.ts';
import { agentFile } from '../../session/package-files.ts';
import { printLog } from '../print-log.ts';
import type { Verb } from '../verb.ts';
import { exitCodeOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { sayVerdict } from '../verdict.ts';
import type { RunReporter } from '../../session/run/run-reporter.ts';
import { runSweep } from '../../session/run/run-sweep.ts';
import { stateFolderFor } from '../../session/place/state-folder.ts';
import { loadSweep, type SweepOptions } from '../../session/sweep/sweep-source.ts';
import { lastAttempt } from '../trial-record.ts';

export const tryVerb: Verb = (console, done) =>
  new Command('try')
    .summary('run the first trial here, in the foreground, with its log')
    .description('Runs one trial of a sweep on this machine and shows what it prints. No ledger keeps it.')
    .argument('<sweep>', 'the sweep file')
    .addOption(setOption())
    .addOption(stateOption())
    .addHelpText('after', '\nExample:\n  labsweep try sweeps/quickstart.yaml --set fixed.epochs=1')
    .action(async (path: string, options: SweepOptions & { state?: string }) => {
      const loaded = loadSweep(console, path, { ...options, limit: 1, replicates: 1 });
      const stateFolder = stateFolderFor(console, loaded.folder, options.state);
      const { declaration, points } = await declareSweep(console, loaded, stateFolder, null, {
        fresh: true,
        prune: true,
      });
      const folder = await mkdtemp(join(tmpdir(), 'labsweep-try-'));
      try {
        const host = thisMachine();
        const outcome = await runSweep(console, {
          folder,
          store: storeFolder(stateFolder),
          lab: { hosts: [host], inventory: null },
          awaited: [{ sweep: declaration.sweep, trials: null }],
          command: { kind: 'run', declaration: { ...declaration, retries: 0 }, points: [...points] },
          breakLock: false,
          lacksGpuEngine: false,
          foreground: true,
          isDetached: false,
          onInterrupt,
          reporterOf: () => tryReporter(console, host),
        });
        done(exitCodeOf[outcome]);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

/** Shows the log of the one attempt while it is written, then what came of it. */
function tryReporter(console: Console, host: HostEntry): RunReporter {
  let shown: Promise<void> | null = null;
  return {
    committed: (events, _, ledger) => {
      for (const event of events)
        if (event.kind === 'started')
          for (const { attempt } of event.attempts)
            shown ??= showLog(console, host, ledger.ledger ?? ledgerId(''), attempt);
    },
    moment: () => {},
    notice: () => {},
    ended: async (ledger, { sweep, seconds }) => {
      const [trial] = sweep.order;
      const attempt = trial === undefined ? null : lastAttempt(ledger, trial);
      if (attempt?.status.kind !== 'ended') return;
      const { outcome, final } = attempt.status.end;
      // A trial that is over at once has ended before it was seen to start.
      if (outcome.kind !== 'not-started')
        shown ??= showLog(console, host, ledger.ledger ?? ledgerId(''), attempt.id);
      await shown;
      console.tell(`${outcomeText(outcome)}, after ${seconds.toFixed(1)} s\n`);
      if (final !== null) console.out(`${JSON.stringify(final)}\n`);
    },
    over: (ledger, verdict) => {
      // What came of the trial itself is said by `ended`.
      if (verdict.obstacles !== null) sayVerdict(console, ledger, verdict);
    },
    close: () => {},
  };
}

async function showLog(
  console: Console,
  host: HostEntry,
  ledger: LedgerId,
  attempt: AttemptId,
): Promise<void> {
  const reader = await HostReader.open(host, agentFile, ledger);
  try {
    await printLog(reader.readLog(attempt, 0, true), console.printed('err'));
  } finally {
    reader.close();
  }
}

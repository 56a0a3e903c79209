import { HostNotices } from '../board/host-notices.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import type { LedgerState } from '../ledger/state.ts';
import { type AttemptId, type SweepName, sweepName, type TrialId } from '../model/ids.ts';
import type { Eta } from '../model/eta.ts';
import { ignoredParameters } from '../results/ignored-parameters.ts';
import type { RunReporter } from '../session/run/run-reporter.ts';
import type { Console } from './console.ts';
import { sayVerdict } from './verdict.ts';

/** The time left is said so often; a run that is through by then needs none. */
const etaEveryMs = 10_000;

/** `run --json`: an event a line, the last one `end`. */
export function jsonReporter(console: Console, sweep: string): RunReporter {
  const say = (event: object): void => console.out(`${JSON.stringify(event)}\n`);
  const notices = new HostNotices();
  let etaDueAtMs = performance.now() + etaEveryMs;
  const sayEta = (eta: Eta | null): void => {
    if (eta === null || performance.now() < etaDueAtMs) return;
    etaDueAtMs = performance.now() + etaEveryMs;
    say({ event: 'eta', sweep, ...eta });
  };
  return {
    committed: (events, _, ledger) => {
      for (const event of events)
        for (const line of jsonLines(event, ledger)) if (line.sweep === sweep) say(line);
    },
    moment: (_, live) => {
      for (const news of notices.news(live, performance.now())) say({ event: 'host', ...news });
      sayEta(live.sweeps.find((one) => one.sweep === sweep)?.eta ?? null);
    },
    notice: (notice) => say({ event: 'notice', notice }),
    ended: (ledger, { sweep: ended, cached, succeeded, diverged, failed, seconds }) => {
      const ignored = ignoredParameters(ledger, ended);
      say({ event: 'end', succeeded, failed, cached, seconds, diverged, ignored });
    },
    over: (ledger, verdict) => sayVerdict(console, ledger, verdict),
    close: () => {},
  };
}

type JsonLine = { readonly event: string; readonly sweep: string; readonly [field: string]: unknown };

function jsonLines(event: LedgerEvent, ledger: LedgerState): JsonLine[] {
  const trialOf = (id: AttemptId): { sweep: SweepName; trial: TrialId | null } => {
    const attempt = ledger.attempts.get(id);
    return { sweep: attempt?.sweep ?? sweepName(''), trial: attempt?.trial ?? null };
  };
  switch (event.kind) {
    case 'started':
      return event.attempts.map(({ attempt, device }) => ({
        event: 'started',
        ...trialOf(attempt),
        attempt,
        host: event.host,
        device,
      }));
    case 'ended': {
      const { outcome, seconds, best, final } = event.end;
      const metrics = ledger.sweeps.get(trialOf(event.attempt).sweep)?.declaration.objective.at;
      return [
        {
          event: 'ended',
          ...trialOf(event.attempt),
          attempt: event.attempt,
          host: event.host,
          outcome: outcome.kind,
          seconds,
          metrics: metrics === 'best' ? best : final,
        },
      ];
    }
    case 'sweep-stopped':
      return [{ event: 'stopped', sweep: event.sweep, because: event.because }];
    default:
      return [];
  }
}

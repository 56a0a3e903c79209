/** What `run` says where lines only append: failures as they come, progress at most once a second, an end. */
import type { LedgerEvent } from '../ledger/events.ts';
import { hasResult } from '../ledger/results.ts';
import type { LedgerState, TrialStatus } from '../ledger/state.ts';
import { formatDuration } from '../model/duration.ts';
import { inLine } from '../model/printed/printable.ts';
import type { Outcome } from '../model/result/outcome.ts';
import { outcomeText } from '../model/result/outcome-text.ts';
import { attemptLabel } from '../ledger/labels.ts';
import { stateText } from './host-lines.ts';
import { isAtRest, type RunView } from './run-view.ts';
import { ignoredText } from '../results/leaderboard-notes.ts';
import { bestLabel, countsText, etaText, figure, rivalsText } from './text.ts';

/** A line a second while somebody may be looking, then one in ten: a night's log is read in the morning. */
const progressEveryMs = 1_000;
const laterEveryMs = 10_000;
const firstMs = 60_000;
/** While nothing starts or ends: what hosts are busy with before they can begin, of a few of them. */
const quietEveryMs = 20_000;
const mostHosts = 3;

export class PlainLog {
  readonly #write: (line: string) => void;
  #saidAtMs = Number.NEGATIVE_INFINITY;
  #beganAtMs: number | null = null;
  #progressed = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #said = '';
  readonly #doubted = new Set<string>();

  constructor(write: (line: string) => void) {
    this.#write = (line) => write(inLine(line));
  }

  /** After a commit: `state` holds its events already. What went wrong, or was asked for, is said at once. */
  committed(events: readonly LedgerEvent[], state: LedgerState): void {
    for (const event of events) {
      const notice = noticeLine(event, state);
      if (notice !== null) this.#write(notice);
      this.#progressed ||= event.kind === 'started' || event.kind === 'ended';
    }
  }

  /**
   * Now and then, between commits: what has come together is seen together (a trial's end and the next one's start).
   *
   * @param view asked only when a line is due
   * @param nowMs a clock that does not go back
   */
  moment(view: () => RunView, nowMs: number): void {
    if (this.#beganAtMs === null) this.#lookedAtMs = nowMs;
    this.#beganAtMs ??= nowMs;
    const every = nowMs - this.#beganAtMs < firstMs ? progressEveryMs : laterEveryMs;
    if (!this.#progressed) return this.#quiet(view, nowMs);
    if (nowMs - this.#saidAtMs < every) return;
    const now = view();
    // The end is said once, by the word that it is over.
    if (isAtRest(now)) return;
    this.#progressed = false;
    this.#saidAtMs = nowMs;
    this.#lookedAtMs = nowMs;
    this.#say(progressText(now));
    this.#doubt(now);
  }

  /** Once a parameter: what comes later may clear it, and the table at the end says so again. */
  #doubt({ ignored }: RunView): void {
    for (const { parameter } of ignored)
      if (!this.#doubted.has(parameter)) this.#write(ignoredText({ parameter }));
    for (const { parameter } of ignored) this.#doubted.add(parameter);
  }

  /** A virtual environment takes minutes to make: whoever waits for the first trial is told what for. */
  #quiet(view: () => RunView, nowMs: number): void {
    if (nowMs - this.#lookedAtMs < quietEveryMs) return;
    this.#lookedAtMs = nowMs;
    const busy = view().hosts.filter(({ state }) => state === 'preparing' || state === 'connecting');
    for (const host of busy.slice(0, mostHosts)) this.#write(`${host.name}: ${stateText(host)}`);
    if (busy.length > mostHosts) this.#write(`and ${busy.length - mostHosts} more hosts`);
  }

  end(view: RunView): void {
    this.#say(endText(view));
  }

  #say(line: string): void {
    if (line !== this.#said) this.#write(line);
    this.#said = line;
  }
}

function noticeLine(event: LedgerEvent, state: LedgerState): string | null {
  if (event.kind === 'host-quarantined')
    return event.untilRoom
      ? `${event.host} is ${event.because}`
      : `${event.host} is left out from now on: ${event.because}; \`labsweep hosts on ${event.host}\` once that is mended`;
  if (event.kind === 'host-closed') return `nothing more starts on ${event.host}: ${event.because}`;
  if (event.kind === 'host-opened') return `${event.host} is used again`;
  if (event.kind === 'term-raised')
    return `${event.host} had heard of a later life of this ledger: it is an older copy; what runs for that one is taken over, and results that only that one has are run again`;
  if (event.kind === 'sweep-paused') return `${event.sweep} is paused`;
  if (event.kind === 'given-up') return `trial ${event.trial.slice(0, 8)} is given up: ${event.because}`;
  if (
    event.kind !== 'ended' ||
    event.end.outcome.kind === 'succeeded' ||
    event.end.outcome.kind === 'cancelled'
  )
    return null;
  const attempt = state.attempts.get(event.attempt);
  if (attempt === undefined) return null;
  const { outcome } = event.end;
  const follows = followsText(outcome, state.trials.get(attempt.trial)?.status);
  return `${attemptLabel(state, attempt)} on ${event.host} ${outcomeText(outcome)} (${follows})`;
}

function followsText({ kind }: Outcome, trial: TrialStatus | undefined): string {
  if (kind === 'diverged') return 'that is its result';
  if (trial !== undefined && hasResult(trial)) return 'its trial has a result already';
  return trial?.kind === 'failed' ? 'given up' : 'will be tried again';
}

/** `84 of 147: 84 succeeded, 4 running, 59 waiting; first so far val_accuracy 0.913 (layers=8 BN; 15 points may be the best); about 9 min left (7 min to 12 min)`. */
function progressText(view: RunView): string {
  return [
    `${view.sweep}: ${countsText(view)}`,
    ...bestText(view),
    ...(view.eta === null ? [] : [etaText(view.eta)]),
  ].join('; ');
}

const endText = (view: RunView): string =>
  [`${view.sweep}: ${countsText(view)}`, ...bestText(view), `after ${formatDuration(view.elapsedMs)}`].join(
    '; ',
  );

function bestText(view: RunView): string[] {
  const { best } = view;
  if (best === null) return [];
  const first = isAtRest(view) ? 'first' : 'first so far';
  return [
    `${first} ${best.metric} ${figure(best.value)} (${[bestLabel(best), ...rivalsText(view)].join('; ')})`,
  ];
}

/** Which of what a trial put into its artifacts folder is not here, why, and what a person can do about it. */
import { labelOf } from '../ledger/labels.ts';
import { compilePatterns, selectsFile } from '../content/patterns.ts';
import { megabytes } from '../content/problem.ts';
import type { Attempt, LedgerState, Sweep, Trial } from '../ledger/state.ts';
import { isPartOf } from '../ledger/sweeps.ts';
import type { AttemptEnd, Unlisted } from '../model/result/attempt-end.ts';
import { counted } from '../session/text/counted.ts';
import { lastAttempt } from './trial-record.ts';

/** Trials that are named; the others are counted. */
const mostNamed = 3;

/** Sentences; none where all that its sweep asks for is here. What another ledger trained lies with that one. */
export function leftTexts(
  ledger: LedgerState,
  { id, status, host, launch, importedFrom }: Attempt,
): string[] {
  if (status.kind !== 'ended' || importedFrom !== null) return [];
  const { artifacts, unlisted } = status.end;
  const all = artifacts.length + (unlisted ?? []).reduce((sum, { count }) => sum + count, 0);
  const gone = [...(ledger.gone.get(id) ?? [])];
  const awaited = ledger.awaited.get(id)?.size ?? 0;
  const limit = ledger.launches.get(launch)?.artifacts;
  return [
    ...(unlisted ?? []).map(
      (each) => `${each.count} of ${counted(all, 'artifact')} ${unlistedText(each, host)}`,
    ),
    ...(limit === undefined ? [] : tooLargeTexts(artifacts, limit, host)),
    ...(gone[0] === undefined
      ? []
      : [`${gone.length} of ${counted(all, 'artifact')} did not come back (${gone[0][0]}: ${gone[0][1]})`]),
    ...(awaited === 0
      ? []
      : [
          `${awaited} of ${counted(all, 'artifact')} are still to come from ${host}: \`labsweep resume\` fetches them`,
        ]),
  ];
}

function unlistedText({ why, path, count }: Unlisted, host: string): string {
  const areLinks = count === 1 ? 'it is a link' : 'they are links';
  switch (why) {
    case 'too-many':
      return `stayed on ${host}: only the first by their names come back; a program that packs its files into one archive gets all of them`;
    case 'link-leaves':
      return `stayed on ${host}: ${areLinks} out of the folder of artifacts (${path}); copy the files there instead`;
    case 'odd-name':
      return `stayed on ${host}: ${count === 1 ? 'its name is' : 'their names are'} not UTF-8 (${path})`;
    case 'unreadable':
      return `stayed on ${host}: ${count === 1 ? 'it' : 'they'} could not be read (${path})`;
    default:
      return why satisfies never;
  }
}

/** Beyond `max`; what the patterns of `fetch` do not name stays there because a person said so. */
function tooLargeTexts(
  artifacts: AttemptEnd['artifacts'],
  { fetch, maxBytes }: { readonly fetch: readonly string[]; readonly maxBytes: number },
  host: string,
): string[] {
  if (artifacts.every(({ comesBack }) => comesBack)) return [];
  const matches = compilePatterns(fetch);
  const left = artifacts.filter(({ path, comesBack }) => !comesBack && selectsFile(matches, path));
  if (left.length === 0) return [];
  const bytes = left.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [
    `${left.length} of ${counted(artifacts.length, 'artifact')} (${megabytes(bytes)}) stayed on ${host}: a trial brings back ` +
      `${megabytes(maxBytes)} at most; \`artifacts: {max: …}\` in the sweep file raises that for the trials to come`,
  ];
}

/** One line a trial, for the end of a run. */
export function leftLines(ledger: LedgerState, sweep: Sweep): string[] {
  const left = sweep.order.filter(
    (trial) => isPartOf(sweep.part, trial.id) && textsOf(ledger, trial).length > 0,
  );
  const more = left.length - mostNamed;
  return [
    ...left
      .slice(0, mostNamed)
      .flatMap((trial) => textsOf(ledger, trial).map((text) => `${labelOf(ledger, trial)}: ${text}.`)),
    ...(more > 0
      ? [`${counted(more, 'more trial')} did not bring back all artifacts; \`labsweep show\` says why.`]
      : []),
  ];
}

function textsOf(ledger: LedgerState, trial: Trial): string[] {
  const attempt = trial.attempts.length === 0 ? null : lastAttempt(ledger, trial);
  return attempt === null ? [] : leftTexts(ledger, attempt);
}

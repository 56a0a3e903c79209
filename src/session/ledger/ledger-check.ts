/** A ledger looked over in full: what the store finds, and whether its events add up to a state. */
import { z } from 'zod';
import { fold } from '../../ledger/fold.ts';
import { misnamedLaunches, TrialNames } from '../../ledger/misnamed.ts';
import { hasResult } from '../../ledger/results.ts';
import { emptyLedger, type LedgerState } from '../../ledger/state.ts';
import { openLedgerFile } from '../../ledger/store/reader.ts';
import { type Salvage, salvage } from '../../ledger/store/salvage.ts';
import type { Lost } from '../../ledger/store/shortfall.ts';
import { countEach } from '../../ledger/sweeps.ts';
import { type Finding as StoreFinding, verifyLedger } from '../../ledger/store/verify.ts';
import { canonicalJson } from '../../model/grid/canonical.ts';
import { programs } from '../../programs/registry.ts';
import { counted } from '../text/counted.ts';
import { SessionError } from '../session-error.ts';
import { noLedger } from './ledger-path.ts';
import { momentText } from '../text/moment-text.ts';

export type Finding =
  | StoreFinding
  /** The event cannot follow from the ones before it. */
  | { readonly kind: 'does-not-follow'; readonly seq: number; readonly message: string }
  /** Its id is not the hash of what stands under it. `isRun`: a sweep of this ledger would run it. */
  | {
      readonly kind: 'misnamed-launch';
      readonly seq: number;
      readonly launch: string;
      readonly isRun: boolean;
    }
  | { readonly kind: 'misnamed-trial'; readonly seq: number; readonly trial: string }
  /** What is counted as events come is not what a count at the end finds. */
  | { readonly kind: 'does-not-add-up'; readonly message: string };

export interface LedgerCheck {
  readonly events: number;
  /** The first so many are good. */
  readonly goodEvents: number;
  readonly findings: readonly Finding[];
  /** What `ledger recover` saves; null for a sound ledger. */
  readonly saved: Saved | null;
}

export interface Saved {
  readonly events: number;
  /** Wall clock of the last of them, ms since 1970; null where there is none. */
  readonly to: number | null;
  /** Trials that have a result in them. */
  readonly results: number;
}

/** @throws SessionError where there is no ledger that this labsweep reads */
export function checkLedger(path: string): LedgerCheck {
  const verified = verifyLedger(path);
  if (verified.kind === 'none') throw noLedger(path);
  if (verified.kind !== 'verified') throw new SessionError(verified.message);
  const { events, goodEvents } = verified;
  // Events that are not what was written fold into nothing that could be judged.
  const isReadable = verified.findings.every(({ kind }) => kind === 'metrics-differ');
  const findings = isReadable ? [...verified.findings, ...foldFindings(path)] : verified.findings;
  return { events, goodEvents, findings, saved: findings.length === 0 ? null : savedOf(salvage(path)) };
}

export const savedOf = ({ events, state }: Salvage): Saved => ({
  events: events.length,
  to: events.at(-1)?.at ?? null,
  results: [...state.trials.values()].filter(({ status }) => hasResult(status)).length,
});

function foldFindings(path: string): Finding[] {
  const opened = openLedgerFile(path);
  if (opened.kind !== 'opened') return [];
  const state = emptyLedger();
  const findings: Finding[] = [];
  const names = new TrialNames(provenanceOf);
  for (const [index, event] of opened.reader.read(0).events.entries()) {
    const seq = index + 1;
    const isRun = event.kind === 'sweep-declared';
    for (const launch of misnamedLaunches(event))
      findings.push({ kind: 'misnamed-launch', seq, launch, isRun });
    for (const trial of names.misnamedIn(event)) findings.push({ kind: 'misnamed-trial', seq, trial });
    try {
      fold(state, event);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return [...findings, { kind: 'does-not-follow', seq, message }];
    }
  }
  return [...findings, ...sumFindings(state)];
}

const identitySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command') }),
  z.object({ kind: z.literal('builtin'), name: z.string(), version: z.number() }),
]);

/** Null for a built-in program that is another in this labsweep: it may fill other parameters in. */
function provenanceOf(program: unknown): readonly string[] | null {
  const read = identitySchema.safeParse(program);
  if (!read.success) return null;
  if (read.data.kind === 'command') return [];
  const { name, version } = read.data;
  const known = Object.values(programs).find((one) => one.name === name && one.version === version);
  return known?.provenance ?? null;
}

/** Findings but those that change nothing here: a command that came with others' results is never run. */
export const harmIn = ({ findings }: LedgerCheck): readonly Finding[] =>
  findings.filter((finding) => finding.kind !== 'misnamed-launch' || finding.isRun);

/** What must hold of any state, whatever the events (test/ledger holds the fold to it as well). */
function sumFindings(state: LedgerState): Finding[] {
  const findings: Finding[] = [];
  const say = (message: string): void => void findings.push({ kind: 'does-not-add-up', message });
  for (const sweep of state.sweeps.values()) {
    const { name, order, counts } = sweep;
    const found = countEach(sweep, order);
    if (canonicalJson(counts) !== canonicalJson(found))
      say(`sweep ${name} counts ${JSON.stringify(counts)} and holds ${JSON.stringify(found)}`);
  }
  for (const { id, status } of state.trials.values()) {
    if (!hasResult(status)) continue;
    const attempt = state.attempts.get(status.attempt);
    if (attempt?.status.kind !== 'ended' || attempt.status.end.outcome.kind !== status.kind)
      say(`trial ${id} has ${status.kind} by attempt ${status.attempt}, which has not`);
  }
  return findings;
}

/** What the disk did not keep of the ledger's end, and what follows. */
export function lostText({ events, at }: Lost): string {
  const [was, is, it] = events === 1 ? ['was', 'is', 'it'] : ['were', 'are', 'them'];
  return (
    `The last ${counted(events, 'event')} that ${was} committed by ${momentText(at)} ${is} missing: the disk has not kept ` +
    `${it}, or an older copy was put back. What hosts hold still comes in again, the rest runs again.`
  );
}

/**
 * How far a host is: left ⇄ connecting → reconciling (its agent answered) → ready (it said what it holds) → away …
 * Each state holds what is known in it, and no more.
 */
import type { AttemptId, HostName, SweepName, TrialId } from '../../model/ids.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { Expected, HostFacts, HostFigures, Holding } from '../../protocol/messages.ts';

export type HostLink =
  /** Nothing may start there, and nothing of ours is there (core/visits.ts): it is not connected. */
  | { readonly kind: 'left' }
  /** It is tried, and nothing is known against it. `silence`, `twin`: what it was before. */
  | {
      readonly kind: 'connecting';
      doing: string | null;
      silence: Silence | null;
      readonly twin: HostName | null;
    }
  /** It was cut off, or tried in vain; it is tried again by itself. */
  | { readonly kind: 'away'; readonly because: string; silence: Silence }
  /** It is tried again where a person asks for it, or has mended what it was left out for. */
  | { readonly kind: 'given-up'; readonly because: string; silence: Silence }
  /** The other entry of the inventory has this machine and its agent. */
  | { readonly kind: 'twin'; readonly because: string; readonly of: HostName }
  | Reached;

export type Reached =
  | ({ readonly kind: 'reconciling' } & Connection)
  | ({
      readonly kind: 'ready';
      readonly figures: HostFigures | null;
      readonly holds: readonly Hold[];
      /** What other ledgers have there. */
      readonly others: readonly Holding[];
    } & Connection);

/** What is known over one connection, and forgotten with it: what was asked may have been heard, and its answer lost. */
export interface Connection {
  readonly facts: HostFacts;
  /** Why what runs there ends with the connection; null where it does not. */
  readonly endsWithLogin: string | null;
  /** What is being done to make it ready, for people; null where nothing is known to be. */
  doing: string | null;
  /** What each launch needs on this host. */
  readonly launches: Map<string, LaunchState>;
  /** By launch, since its last success: attempts that did not start there for what the launch lacks. */
  readonly failedStarts: Map<string, number>;
  /** Sweeps and trials that found a disk full there, and not labsweep's own. */
  readonly withoutRoom: Map<SweepName | TrialId, WithoutRoom>;
  /** By shape, what it was told to expect last. */
  readonly expects: Map<string, Expected>;
  /** Attempts that it was asked to give back and has not answered for. */
  readonly asked: Set<AttemptId>;
  /** Since when something else than its own trials holds back what waits there; wall clock in ms, null where nothing does. */
  heldSince: number | null;
  /** When it said something last, by `awakeMs`; null where it has not since this coordinator was stopped. */
  heardAtMs: number | null;
  /** Why its agent does nothing, in its own words; null where it works. */
  stuck: string | null;
}

/** Since the first try in vain, or the cut; each in time in which this coordinator ran. */
export interface Silence {
  /** Whether this coordinator had reached it before. */
  readonly wasThere: boolean;
  readonly ms: number;
  /** Of it, until the last try in vain, with other hosts heard: it is the host that is silent, not our network. */
  readonly silentMs: number;
  /** Likewise, since that try: the next one tells whether it was silence. */
  readonly unprovenMs: number;
  /** Since the last try in vain. */
  readonly sinceTryMs: number;
}

export interface Hold {
  readonly attempt: AttemptId;
  readonly refusals: readonly Refusal[];
}

/** How often since the last success, when that is tried again (by `awakeMs`), and what was said last. */
export interface WithoutRoom {
  readonly times: number;
  readonly dueAtMs: number;
  readonly because: string;
}

export type LaunchState =
  | { readonly kind: 'preparing' }
  /** `note`: what a person should know of how it was made; null where that is nothing. */
  | { readonly kind: 'ready'; readonly note: string | null }
  /** `atMs`: since when, by `awakeMs`. */
  | { readonly kind: 'refused'; readonly problem: string; readonly logTail: string; readonly atMs: number };

/** @param heardAtMs by `awakeMs` */
export const newConnection = (
  facts: HostFacts,
  endsWithLogin: string | null,
  heardAtMs: number,
): Connection => ({
  facts,
  endsWithLogin,
  doing: null,
  launches: new Map(),
  failedStarts: new Map(),
  withoutRoom: new Map(),
  expects: new Map(),
  asked: new Set(),
  heldSince: null,
  heardAtMs,
  stuck: null,
});

export const connecting = (silence: Silence | null = null, twin: HostName | null = null): HostLink => ({
  kind: 'connecting',
  doing: null,
  silence,
  twin,
});

/** Null where its agent does not answer. */
export const connectionOf = (link: HostLink): Reached | null =>
  link.kind === 'ready' || link.kind === 'reconciling' ? link : null;

/** The entry that speaks for what was leased to it; null where it speaks for itself. */
export function twinOf(link: HostLink): HostName | null {
  if (link.kind === 'twin') return link.of;
  return link.kind === 'connecting' ? link.twin : null;
}

/** Why it is not there, where that is known; null where it is, or may be in a moment. */
export const obstacleOf = (link: HostLink): string | null => ('because' in link ? link.because : null);

/** For how long it cannot be reached; null where that is not counted. */
export const silenceOf = (link: HostLink): Silence | null => ('silence' in link ? link.silence : null);

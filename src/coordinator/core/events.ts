import type { LedgerEvent } from '../../ledger/events.ts';
import type { Artifact } from '../../model/result/attempt-end.ts';
import type { MetricsBatch } from '../../ledger/metrics-batch.ts';
import type { AttemptId, HostName, LaunchId, TrialId } from '../../model/ids.ts';
import type { Launch } from '../../model/launch.ts';
import type { Command } from './command.ts';
import type { EditedHost } from '../hosts/fleet-host.ts';
import type { HostSaid, HostFacts, ToAgent } from '../../protocol/messages.ts';

/** What happens to a coordinator. */
export type CoordinatorEvent =
  /** Its agent answered and this term is its writer. */
  | {
      readonly kind: 'host-connected';
      readonly host: HostName;
      readonly facts: HostFacts;
      /** Why what runs there ends with the connection, and the remedy; null where it does not. */
      readonly endsWithLogin: string | null;
    }
  /** It knows a later term of this ledger. `nonce` is fresh, for the term that follows. */
  | { readonly kind: 'host-outlived'; readonly host: HostName; readonly term: number; readonly nonce: string }
  | { readonly kind: 'host-message'; readonly host: HostName; readonly message: HostSaid }
  /** A try in vain, or a cut. It is tried again by itself. */
  | { readonly kind: 'host-disconnected'; readonly host: HostName; readonly because: string }
  /** `sinceMs`: since the one before, by a clock that nobody sets; it may go on while this process is stopped. */
  | { readonly kind: 'time-passed'; readonly sinceMs: number }
  /** It is not tried again before a person has mended why. */
  | { readonly kind: 'host-given-up'; readonly host: HostName; readonly because: string }
  /** Its machine and folder are those of another entry, `of`, which came first: it is not tried again either. */
  | {
      readonly kind: 'host-is-twin';
      readonly host: HostName;
      readonly of: HostName;
      readonly because: string;
    }
  /** What is being done to make it ready, for people: `sending mini: 45 % of 2.3 GiB`. */
  | { readonly kind: 'host-progress'; readonly host: HostName; readonly doing: string }
  /** Outcomes of `prepare`. */
  | { readonly kind: 'launch-ready'; readonly host: HostName; readonly launch: string }
  /** What a person should know of how a launch that is ready was made there: one sentence. */
  | {
      readonly kind: 'launch-noted';
      readonly host: HostName;
      readonly launch: string;
      readonly note: string;
    }
  | {
      readonly kind: 'launch-refused';
      readonly host: HostName;
      readonly launch: string;
      readonly problem: string;
      /** The end of what was said of it. */
      readonly logTail: string;
    }
  /** Outcomes of `fetch`, for each artifact; a cut connection has none, and it is asked for again. */
  | { readonly kind: 'artifact-fetched'; readonly attempt: AttemptId; readonly path: string }
  | {
      readonly kind: 'artifact-gone';
      readonly attempt: AttemptId;
      readonly path: string;
      readonly because: string;
    }
  /** Outcome of `carry`; a cut connection may have none. */
  | {
      readonly kind: 'checkpoint-carried';
      readonly attempt: AttemptId;
      readonly from: HostName;
      readonly to: HostName;
      /** Why it stays where it is, in a sentence, and which of the two has the problem. */
      readonly problem: { readonly at: HostName; readonly because: string } | null;
    }
  /** The inventory as it is in force from now on: all of it. */
  | { readonly kind: 'inventory-changed'; readonly hosts: readonly EditedHost[] }
  /** It was edited into something that cannot be meant: what was read before stays in force. */
  | { readonly kind: 'inventory-refused'; readonly problem: string }
  | { readonly kind: 'asked'; readonly command: Command; readonly by: number }
  /** After all that has come since the last turn: decide what starts where. */
  | { readonly kind: 'plan' };

/** What the loop carries out, in this order, once the turn's facts are committed. */
export type Instruction =
  | {
      readonly kind: 'commit';
      readonly events: readonly LedgerEvent[];
      readonly metrics: readonly MetricsBatch[];
    }
  | Effect;

export type Effect =
  /** Small artifacts that came with a result: written before the result is acknowledged. */
  | { readonly kind: 'store-artifacts'; readonly attempt: AttemptId; readonly files: ArtifactFiles }
  | { readonly kind: 'send'; readonly host: HostName; readonly message: ToAgent }
  /** Connect to a host that was left, or at once to one that was given up or waits for its next try; or end the connection to it, once what was sent before is out. */
  | { readonly kind: 'enter' | 'leave'; readonly host: HostName }
  /** Bring what a launch needs onto a host; ends in launch-ready or launch-refused. */
  | { readonly kind: 'prepare'; readonly host: HostName; readonly launch: LaunchId; readonly spec: Launch }
  | {
      readonly kind: 'fetch';
      readonly host: HostName;
      readonly attempt: AttemptId;
      readonly artifacts: readonly Artifact[];
    }
  /** Bring what a trial has left on one host to another; ends in checkpoint-carried. */
  | {
      readonly kind: 'carry';
      readonly trial: TrialId;
      readonly attempt: AttemptId;
      readonly from: HostName;
      readonly to: HostName;
      /** Not worth more. */
      readonly withinMs: number;
    }
  | { readonly kind: 'answer'; readonly to: number; readonly message: string };

export type ArtifactFiles = readonly { readonly path: string; readonly base64: string }[];

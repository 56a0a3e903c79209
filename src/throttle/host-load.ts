import type { HostMarkName, MarkName } from '../model/limits/limit-values.ts';
import type { Resources } from '../model/resources.ts';
import type { GpuFigures, HostFigures } from '../protocol/messages.ts';
import type { Ceiling } from '../model/ceiling.ts';
import type { Limits } from './limits.ts';
import type { LeftTo } from './turns.ts';

/** What is asked of a host: one start. */
export interface StartRequest {
  readonly resources: Resources;
  /** What its sweep says of its host memory, where `resources` have what is predicted; null where it says nothing. */
  readonly declaredHostBytes: number | null;
  /** Whether trials of its shape have been seen to end, so that its prediction is more than a guess. */
  readonly shapeObserved: boolean;
  /** Likewise for what it takes of a GPU. */
  readonly gpuObserved: boolean;
  /** Share of a GPU's power above idle that it is expected to draw. */
  readonly draw: number;
  /** Whether a trial of its launch was seen to its end, here or elsewhere. */
  readonly isKnown: boolean;
  /** Share of a GPU's time that it is expected to keep busy; null where nothing is known of it. */
  readonly busy: number | null;
  /** Hosts went down under it: nothing of labsweep may run beside it. */
  readonly alone: boolean;
}

/** One of our running attempts, as the guard counts it. */
export interface OurShare {
  readonly attempt: string;
  readonly resources: Resources;
  /** Host memory at the last sample; null before its first. */
  readonly measuredBytes: number | null;
  /** Whether nothing is declared of its host memory, and none of its shape was seen. */
  readonly isGuessed: boolean;
  /** Whether the ramp guard waits for it: its shape was never observed and its memory has not settled. */
  readonly ramping: boolean;
  /** The UUID of its GPU, or `cpu`. */
  readonly device: string;
  /** Of its GPU's memory at the last sample; null before its first. */
  readonly gpuMeasuredBytes: number | null;
  /** Whether the ramp guard of its GPU waits for it. */
  readonly gpuRamping: boolean;
  /** Whether nothing may start beside it. */
  readonly alone: boolean;
  /** By the host's monotonic clock, in milliseconds. */
  readonly startedAt: number;
  /** What it draws of its GPU on top of what that takes idle, seen or expected, and whether that shows in the figures. */
  readonly watts: number;
  readonly hasShownPower: boolean;
  /** As of a request. */
  readonly isKnown: boolean;
  readonly busy: number | null;
  /** Whether it could go on elsewhere from what it has saved. */
  readonly hasCheckpoint: boolean;
  /** Since when it stands still, and why; null where it runs. */
  readonly suspended: Suspended | null;
  /** It was asked to end. */
  readonly isEnding: boolean;
}

export interface Suspended {
  /** By the host's monotonic clock, in milliseconds. */
  readonly since: number;
  /** A sentence with its figures. */
  readonly because: string;
}

/** One GPU of a host at one moment. */
export interface GpuLoad {
  /** What is wrong with it and stays so, in the driver's words; null where that is nothing. */
  readonly problem: string | null;
  readonly uuid: string;
  readonly index: number;
  readonly memoryBytes: number;
  /** Null before the first sample. */
  readonly figures: GpuFigures | null;
  readonly figuresAgeMs: number;
  /** Which marks it is above, or not yet down from. */
  readonly held: HeldMarks;
  /** The least that it was seen to take; null before that. */
  readonly idleWatts: number | null;
  /** Since when somebody else computes there, and when a trial of ours was suspended there or went on last (ms, host's clock). */
  readonly othersSince: number | null;
  readonly relievedAt: number;
}

/** For each figure of a GPU with marks, whether it holds the GPU. */
export type HeldMarks = Readonly<Record<MarkName, boolean>>;

/** Likewise of the host. */
export type HeldHostMarks = Readonly<Record<HostMarkName, boolean>>;

/** A trial that another account's agent is about to start or runs on this host, as far as it takes room. Bytes. */
export interface OthersClaim {
  /** The account's name, or its number. */
  readonly user: string;
  /** The UUID of its GPU, or `cpu`. */
  readonly device: string;
  /** What it may take of that GPU at its peak, and how much of that shows in the figures. */
  readonly gpuBytes: number;
  readonly gpuShownBytes: number;
  /** Likewise of the host's memory. */
  readonly hostBytes: number;
  readonly hostShownBytes: number;
  /** Of its processes; null before it has started. */
  readonly session: number | null;
  /** When it was announced, in milliseconds of the host's monotonic clock; null once it has started. */
  readonly announcedAt: number | null;
}

/** open → paused | off: what a person said of the host. */
type HostMode =
  | { readonly kind: 'open' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'off'; readonly because: string };

/** All that the guard knows of a host at one moment. */
export interface HostLoad {
  readonly mode: HostMode;
  readonly cpus: number;
  /** Null while the driver has not been heard. */
  readonly gpus: readonly GpuLoad[] | null;
  /** What the driver's tool says instead of figures. */
  readonly gpuProblem: string | null;
  /** It has GPUs, and its driver fails to show any. */
  readonly gpusBroken: boolean;
  /** Whom we run as there: what is owned by another is used only while it is idle. Null where that is not known. */
  readonly user: string | null;
  /** Whether its memory is what a control group allows. */
  readonly memoryOfGroup: boolean;
  /** Where labsweep keeps its files there; null where that is not known. */
  readonly folder: string | null;
  /** Of the disk of that folder, all that there is; null where nobody can tell. */
  readonly diskBytes: number | null;
  /** Null before the first sample. */
  readonly figures: HostFigures | null;
  readonly figuresAgeMs: number;
  /** Why there are no newer ones; null where there are, or nobody knows. */
  readonly figuresProblem: string | null;
  readonly held: HeldHostMarks;
  readonly limits: Limits;
  /** What it is known to bear. */
  readonly ceiling: Ceiling;
  readonly ours: readonly OurShare[];
  /** Of other accounts. */
  readonly claims: readonly OthersClaim[];
  /** Why the agents of other accounts cannot be told what starts, or cannot be heard; null where they can. */
  readonly untold: string | null;
  /** Devices that are left to another account for a moment. */
  readonly left: readonly LeftTo[];
}

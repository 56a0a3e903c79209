import type { Resources } from '../model/resources.ts';
import type { HostFigures } from '../protocol/messages.ts';
import type { Limits } from './limits.ts';

/** What is asked of a host: one start. */
export interface StartRequest {
  readonly resources: Resources;
  /** Whether trials of its shape have been seen to end, so that its prediction is more than a guess. */
  readonly shapeObserved: boolean;
}

/** One of our running attempts, as the guard counts it. */
export interface OurShare {
  readonly attempt: string;
  readonly resources: Resources;
  /** Host memory at the last sample; null before its first. */
  readonly measuredBytes: number | null;
  /** Whether the ramp guard waits for it: its shape was never observed and its memory has not settled. */
  readonly ramping: boolean;
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
  readonly gpus: number;
  /** Null before the first sample. */
  readonly figures: HostFigures | null;
  readonly figuresAgeMs: number;
  readonly limits: Limits;
  readonly ours: readonly OurShare[];
}

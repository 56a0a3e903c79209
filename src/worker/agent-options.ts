import type { AgentLog } from './agent-log.ts';
import type { BearingFolder } from './bearing/bearing-folder.ts';
import type { Replayed } from './replay.ts';
import type { HostFolder } from './spool/host-folder.ts';
import type { Login } from './supervisor/trial-environment.ts';
import type { ControlGroups } from './telemetry/control-groups.ts';

export interface AgentOptions {
  readonly host: HostFolder;
  /** What the journal left, with the facts of this host. */
  readonly replayed: Replayed;
  /** The command that starts trials for this process (launch-trials.ts). */
  readonly launcher: readonly string[];
  /** What trials inherit that start now. */
  readonly login: () => Login;
  /** PATH of the agent itself: where it looks for the driver's tool, before it does so on that of trials. */
  readonly path: string;
  /** Where the figures of the host are read. @default `/proc` */
  readonly procRoot: string;
  /** What limits the agent and its trials besides. */
  readonly groups: ControlGroups;
  /** Where the agents of all accounts on this host tell each other what they start. */
  readonly claimsFolder: string;
  /** What empties this host while it is there. */
  readonly holdFile: string;
  /** Where what the host bears outlives a boot. */
  readonly bearing: BearingFolder;
  /** The agent ends after so long without a connection and without work. */
  readonly idleMs: number;
  /** The host's monotonic clock, in milliseconds since its boot. */
  readonly now: () => number;
  readonly log: AgentLog;
  /** Whether the folder is this agent's still; asked before anything is done. */
  readonly mayAct: () => boolean;
  /** Called once, when it has been idle for long enough; what it is handed says which attempts are not acknowledged. */
  readonly idle: (isHeld: (attempt: string) => boolean) => void;
}

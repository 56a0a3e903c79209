/** What others find an agent by: its lock, its socket and the file that says who it is. All three are looked after. */
import type { AgentLog } from '../agent-log.ts';
import { Alarm } from '../alarm.ts';
import type { Endpoint } from '../endpoint.ts';
import { beatEveryMs, type FolderLock } from './lock.ts';

export interface PresenceOptions {
  readonly lock: FolderLock;
  readonly endpoint: Endpoint;
  /** Sees to it that the agent's file is there. @throws the system's error where it cannot be written */
  readonly sayWho: () => void;
  /** The host's monotonic clock, in milliseconds. */
  readonly now: () => number;
  readonly log: AgentLog;
  /** Another agent has the folder: this one may not do anything any more. */
  readonly lost: () => void;
}

const lookEveryMs = 1_000;
/** An agent that has not looked for so long was stopped, or its machine slept: another may serve meanwhile. */
const longestTrustMs = 3_000;

export class Presence {
  readonly #options: PresenceOptions;
  readonly #looking = new Alarm(() => this.#look());
  readonly #complaints = new Map<string, string>();
  #lookedAt: number;
  #beatAt: number;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#lookedAt = options.now();
    this.#beatAt = this.#lookedAt;
    this.#look();
  }

  /** Whether this agent may act still; asked before it does. */
  get isHeld(): boolean {
    return this.#options.now() - this.#lookedAt < longestTrustMs || this.#keeps();
  }

  close(): void {
    this.#looking.clear();
    this.#options.endpoint.close();
  }

  #keeps(): boolean {
    const { lock, now, lost } = this.#options;
    this.#lookedAt = now();
    if (lock.keep()) return true;
    lost();
    return false;
  }

  #look(): void {
    const { lock, endpoint, sayWho, now, log } = this.#options;
    if (!this.#keeps()) return;
    if (now() - this.#beatAt >= beatEveryMs) {
      this.#beatAt = now();
      lock.beat();
    }
    this.#looking.set(lookEveryMs);
    try {
      sayWho();
      this.#complaints.delete('file');
    } catch (error) {
      this.#complain('file', 'it cannot be written down who serves this folder', error);
    }
    endpoint.lookAfter().then(
      (made) => {
        if (made) log.write('its socket was gone, and is there again');
        this.#complaints.delete('socket');
      },
      (error: unknown) => this.#complain('socket', 'nobody can reach this agent', error),
    );
  }

  /** Once, as long as it stays the same. */
  #complain(about: string, what: string, error: unknown): void {
    const text = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (this.#complaints.get(about) === text) return;
    this.#complaints.set(about, text);
    this.#options.log.write(text);
  }
}

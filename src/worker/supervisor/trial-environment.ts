/**
 * What trials inherit: the login environment, read anew for each connection. Who edits a login file and comes again finds
 * the edit; what runs, and what starts meanwhile for others, has what was read last.
 */
import type { AgentLog } from '../agent-log.ts';
import { inherited } from './environment.ts';
import { readLoginEnvironment } from './login-environment.ts';

/** What trials inherit of a login on this host. */
export interface Login {
  /** The same object as long as nothing in it has changed. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the files that they make. */
  readonly umask: number;
}

export class TrialEnvironment {
  readonly #own: NodeJS.ProcessEnv;
  readonly #log: AgentLog;
  readonly #ownUmask: number;
  #current: Login;
  #source = "the agent's own environment";
  #problem: string | null = null;
  /** Reads that have begun, and the latest of those that have ended. */
  #begun = 0;
  #taken = 0;

  /**
   * @param own the agent's, which trials have as long as no login environment could be read
   * @param umask the one that the agent was started with
   */
  constructor(own: NodeJS.ProcessEnv, umask: number, log: AgentLog) {
    this.#own = own;
    this.#ownUmask = umask;
    this.#log = log;
    this.#current = { environment: inherited(own), umask };
  }

  get current(): Login {
    return this.#current;
  }

  /** Why login files could not be read the last time, and what trials have instead; null where they were. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Resolves when what login files say now is in use; where they cannot be read, what was in use stays so. */
  async refresh(): Promise<void> {
    this.#begun += 1;
    const read = this.#begun;
    const login = await readLoginEnvironment(this.#own, this.#ownUmask);
    // Of two that overlap, the one that began later has seen the later edit.
    if (read < this.#taken) return;
    this.#taken = read;
    this.#problem = login.kind === 'read' ? null : `trials have ${this.#source} (${login.because})`;
    if (this.#problem !== null) this.#log.write(this.#problem);
    if (login.kind === 'unread') return;
    this.#source = `the login environment as it was read at ${new Date().toISOString()}`;
    const environment = inherited(login.environment);
    const before = this.#current.environment;
    this.#current = {
      environment: isSame(environment, before) ? before : environment,
      umask: login.umask,
    };
  }
}

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

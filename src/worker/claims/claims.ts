/** The agents of all accounts on a host tell each other what they start. */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, renameSync, rmdirSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { OthersClaim } from '../../throttle/host-load.ts';
import type { AgentLog } from '../agent-log.ts';
import { Alarm } from '../alarm.ts';
import { nothingUsed, type OthersAccount } from '../../throttle/turns.ts';
import type { OurAccount, OurClaim } from '../core/claims.ts';
import { pidNamespace } from '../folder/holder.ts';
import { readProcessStat } from '../telemetry/process-stat.ts';
import { sayAgainMs } from './claims-file.ts';
import { openFolder } from './common-folder.ts';
import { OthersClaims, type OthersOptions } from './others-claims.ts';

export interface ClaimsOptions extends Omit<OthersOptions, 'uid' | 'namespace'> {
  /** Names this agent among those of its user: the folder that it serves. */
  readonly agent: string;
  readonly log: AgentLog;
  /** Whom this process runs as. @default its user */
  readonly uid?: number;
}

/** What the others say, and why they may not hear us or be heard. */
export interface Heard {
  readonly others: readonly OthersClaim[];
  readonly accounts: readonly OthersAccount[];
  /** For people; null where all is well. */
  readonly untold: string | null;
}

/** Between two looks at whether all others have left, too. */
const lookAgainMs = 2_000;
/** Who takes our file away does so again: for so long nothing is relied on. */
const distrustMs = 60_000;

const quiet: OurAccount = { used: nothingUsed, wants: null, started: 0 };

export class Claims {
  readonly #options: ClaimsOptions;
  readonly #uid: number;
  #path: string;
  readonly #namespace = pidNamespace();
  readonly #startTime: number | null;
  readonly #others: OthersClaims;
  readonly #leaving = new Alarm(() => this.#takeFolder());
  /** What was said last, and which file says it. */
  #said: readonly OurClaim[] = [];
  #account: OurAccount = quiet;
  #file: string | null = null;
  #saidAt = Number.NEGATIVE_INFINITY;
  #takenAt = Number.NEGATIVE_INFINITY;
  /** Why it could not be said. */
  #problem: string | null = null;
  #complaint = '';

  constructor(options: ClaimsOptions) {
    this.#options = options;
    this.#uid = options.uid ?? process.getuid?.() ?? 0;
    this.#path = claimsPath(options.folder, options.agent, this.#uid);
    this.#startTime = readProcessStat('self')?.startTime ?? null;
    this.#others = new OthersClaims({ ...options, uid: this.#uid, namespace: this.#namespace });
  }

  /**
   * Says ours, in place of what was said before. Where it cannot be said, trials start all the same, one at a time, and
   * the agent's log has why.
   */
  say(claims: readonly OurClaim[], account: OurAccount = quiet): void {
    // Without /proc nobody could tell whether this agent lives, and would believe nothing.
    if (this.#startTime === null) return;
    this.#leaving.clear();
    this.#said = claims;
    this.#account = account;
    this.#problem = null;
    try {
      if (this.#isQuiet) this.#remove();
      else this.#write(this.#startTime, 1);
    } catch (error) {
      this.#problem = `other accounts on this host cannot be told what starts here: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.#complain();
  }

  /** What other accounts claim now. Where nobody does, this reads one folder. */
  look(): Heard {
    this.#lookAfterOurs();
    const { claims, accounts, crowd } = this.#others.read();
    const untold = this.#problem ?? (this.#isTaken() ? takenText(this.#path) : crowd);
    this.#complain(untold);
    return { others: claims, accounts, untold };
  }

  /** Nothing is said any more; what was said last stands. */
  close(): void {
    this.#takeFolder();
    this.#leaving.clear();
  }

  /** Ours is said again and again, for those who cannot see who says it. */
  #lookAfterOurs(): void {
    if (this.#isQuiet) return;
    const now = performance.now();
    const isTaken = this.#file !== null && fileAt(this.#path) !== this.#file;
    if (isTaken) this.#takenAt = now;
    if (isTaken || this.#problem !== null) this.say(this.#said, this.#account);
    else if (now - this.#saidAt >= sayAgainMs) this.#sayAgain();
  }

  #sayAgain(): void {
    this.#saidAt = performance.now();
    try {
      utimesSync(this.#path, new Date(), new Date());
    } catch {
      // It was taken away: the next look sees it.
    }
  }

  /** Nothing of ours is there for others to know. */
  get #isQuiet(): boolean {
    return this.#said.length === 0 && this.#account.wants === null;
  }

  #isTaken(): boolean {
    return performance.now() - this.#takenAt < distrustMs;
  }

  /** Once, as long as it stays the same. */
  #complain(untold = this.#problem): void {
    if (untold !== null && untold !== this.#complaint) this.#options.log.write(untold);
    this.#complaint = untold ?? this.#complaint;
  }

  /** In one step: who reads has the old file or the new one. */
  #write(startTime: number, tries: number): void {
    const { folder, bootId } = this.#options;
    openFolder(folder);
    const agent = { pid: process.pid, startTime };
    const text = JSON.stringify({
      bootId,
      agent,
      namespace: this.#namespace,
      claims: this.#said,
      account: this.#account,
    });
    const next = join(folder, `.${this.#uid}-${randomBytes(8).toString('hex')}`);
    try {
      writeFileSync(next, text, { flag: 'wx', mode: 0o600 });
      chmodSync(next, 0o644);
      renameSync(next, this.#path);
      this.#file = fileAt(this.#path);
      this.#saidAt = performance.now();
    } catch (error) {
      unlinkIfThere(next);
      if (tries === 0 || !isPassing(codeOf(error))) throw error;
      if (codeOf(error) !== 'ENOENT') this.#path = otherPath(this.#options, this.#uid);
      this.#write(startTime, tries - 1);
    }
  }

  #remove(): void {
    if (this.#file === null && lstatSync(this.#path, { throwIfNoEntry: false }) === undefined) return;
    unlinkIfThere(this.#path);
    this.#file = null;
    this.#takeFolder();
  }

  /**
   * An agent leaves nothing behind. In a /tmp with the sticky bit only the account that made the folder may take it
   * along, which others may outstay: it comes back for it as long as it serves.
   */
  #takeFolder(): void {
    try {
      rmdirSync(this.#options.folder);
    } catch (error) {
      // Who may not hears of that first.
      if (codeOf(error) === 'ENOTEMPTY') this.#leaving.set(lookAgainMs);
    }
  }
}

/** Where an agent says its claims. @param agent the folder that it serves */
export const claimsPath = (folder: string, agent: string, uid: number): string =>
  join(folder, `${uid}-${createHash('sha256').update(agent).digest('hex').slice(0, 16)}.json`);

/** Another account has put something of its own there, which is in nobody's way. */
const otherPath = ({ folder, agent }: ClaimsOptions, uid: number): string =>
  claimsPath(folder, `${agent} ${randomBytes(8).toString('hex')}`, uid);

/** Whoever left last has removed the folder in between; or it is another's (rename(2), sticky), or a folder. */
const isPassing = (code: unknown): boolean => code === 'ENOENT' || code === 'EPERM' || code === 'EISDIR';

/** What tells a file from another that has its name; null where there is none. */
function fileAt(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

const takenText = (path: string): string =>
  `what this account says of its trials to others vanishes from ${path}; whoever owns that folder may do so: ` +
  'have root remove the folder';

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);

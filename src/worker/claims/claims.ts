/** The folder in which the agents of all accounts on a host tell each other what they start. */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { OthersClaim } from '../../throttle/host-load.ts';
import type { AgentLog } from '../agent-log.ts';
import { Alarm } from '../alarm.ts';
import type { OurClaim } from '../core/claims.ts';
import { readProcessStat } from '../telemetry/process-stat.ts';
import { type ClaimsFile, readClaims } from './claims-file.ts';

export interface ClaimsOptions {
  readonly folder: string;
  /** Names this agent among those of its user: the folder that it serves. */
  readonly agent: string;
  readonly bootId: string;
  /** What a session's processes take by the figures in use, of a GPU and of the host's memory; bytes. */
  readonly shownOf: (
    session: number,
    device: string,
  ) => { readonly gpuBytes: number; readonly hostBytes: number };
  readonly log: AgentLog;
  /** Whom this process runs as. @default its user */
  readonly uid?: number;
}

/** Where agents look for each other's: one place a host, whatever TMPDIR says to one of them. */
export const commonFolder = '/tmp/labsweep-claims';

/** A file an agent, which its user alone may change: the sticky bit keeps others from putting theirs in its place. */
const fileName = /^(\d{1,10})-[0-9a-f]{16}\.json$/;
/** What is looked at of a folder that everybody may fill: of its entries, and of the files of one user. */
const mostEntries = 1_000;
const mostFilesOfOne = 8;
/** Between two looks at whether all others have left, too. */
const lookAgainMs = 2_000;

export class Claims {
  readonly #options: ClaimsOptions;
  readonly #uid: number;
  readonly #path: string;
  readonly #startTime: number | null;
  readonly #leaving = new Alarm(() => this.#takeFolder());
  #hasSaid = false;
  #hasComplained = false;

  constructor(options: ClaimsOptions) {
    this.#options = options;
    this.#uid = options.uid ?? process.getuid?.() ?? 0;
    this.#path = claimsPath(options.folder, options.agent, this.#uid);
    this.#startTime = readProcessStat('self')?.startTime ?? null;
  }

  /**
   * Says ours, in place of what was said before. Where it cannot be said, trials start all the same, and the agent's log
   * has why, once.
   */
  say(claims: readonly OurClaim[]): void {
    // Without /proc nobody could tell whether this agent lives, and would believe nothing.
    if (this.#startTime === null) return;
    this.#leaving.clear();
    try {
      if (claims.length === 0) this.#remove();
      else this.#write({ agent: { pid: process.pid, startTime: this.#startTime }, claims }, 1);
    } catch (error) {
      if (this.#hasComplained) return;
      this.#hasComplained = true;
      this.#options.log.write(
        `other accounts on this host cannot be told what starts here: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Nothing is said any more; what was said last stands. */
  close(): void {
    this.#takeFolder();
    this.#leaving.clear();
  }

  /** What other accounts claim now. Where nobody does, this reads one folder. */
  ofOthers(): OthersClaim[] {
    const { folder, bootId, shownOf } = this.#options;
    const others: OthersClaim[] = [];
    for (const { name, uid } of this.#files())
      for (const { device, process: trial, ...claim } of readClaims(join(folder, name), uid, bootId)) {
        const shown = trial === null ? { gpuBytes: 0, hostBytes: 0 } : shownOf(trial.pid, device);
        others.push({ device, ...claim, gpuShownBytes: shown.gpuBytes, hostShownBytes: shown.hostBytes });
      }
    return others;
  }

  #files(): { name: string; uid: number }[] {
    const files: { name: string; uid: number }[] = [];
    const counts = new Map<number, number>();
    for (const name of entriesOf(this.#options.folder)) {
      const owner = fileName.exec(name)?.[1];
      const uid = Number(owner);
      const count = counts.get(uid) ?? 0;
      if (owner === undefined || uid === this.#uid || count >= mostFilesOfOne) continue;
      counts.set(uid, count + 1);
      files.push({ name, uid });
    }
    return files;
  }

  /** In one step: who reads has the old file or the new one. */
  #write(
    { agent, claims }: { agent: ClaimsFile['agent']; claims: readonly OurClaim[] },
    tries: number,
  ): void {
    const { folder, bootId } = this.#options;
    openFolder(folder);
    const text = JSON.stringify({ bootId, agent, claims });
    const next = join(folder, `.${this.#uid}-${randomBytes(8).toString('hex')}`);
    try {
      writeFileSync(next, text, { flag: 'wx', mode: 0o600 });
      chmodSync(next, 0o644);
      renameSync(next, this.#path);
      this.#hasSaid = true;
    } catch (error) {
      unlinkIfThere(next);
      // Whoever left last has removed the folder in between.
      if (tries > 0 && codeOf(error) === 'ENOENT') return this.#write({ agent, claims }, tries - 1);
      throw error;
    }
  }

  #remove(): void {
    if (!this.#hasSaid && lstatSync(this.#path, { throwIfNoEntry: false }) === undefined) return;
    unlinkIfThere(this.#path);
    this.#hasSaid = false;
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

/** Makes it where it is not there. It appears as it is to be: with every account allowed in, and the sticky bit. */
function openFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return makeFolder(folder);
  if (!found.isDirectory() || (found.mode & 0o1003) !== 0o1003)
    throw new Error(
      `${folder} is not a folder for everybody (mode 1777); have root or user ${found.uid} remove it`,
    );
}

function makeFolder(folder: string): void {
  const next = `${folder}.${randomBytes(8).toString('hex')}`;
  mkdirSync(next, { mode: 0o700 });
  try {
    chmodSync(next, 0o1777);
    renameSync(next, folder);
  } catch (error) {
    rmdirSync(next);
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) throw error;
    openFolder(folder);
  }
}

function entriesOf(folder: string): string[] {
  try {
    const names: string[] = [];
    const open = opendirSync(folder);
    for (let entry = open.readSync(); entry !== null && names.length < mostEntries; entry = open.readSync())
      names.push(entry.name);
    open.closeSync();
    return names;
  } catch {
    return [];
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);

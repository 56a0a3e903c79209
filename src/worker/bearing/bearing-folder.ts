/**
 * What this host bears, on its own disk: a folder a user, which outlives a boot and which the agents of other accounts
 * may read. A ring of moments tells the next boot what the host carried when it went down.
 */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type BootBefore,
  type Ceiling,
  ceilingSchema,
  type Moment,
  momentSchema,
  noCeiling,
} from '../../model/ceiling.ts';
import { type AgentLog, describeError } from '../agent-log.ts';

/** One place a host, whatever TMPDIR says: it has to outlive a boot, which /tmp may not (hier(7)). */
const commonFolder = '/var/tmp';
const prefix = 'labsweep-';
/** Ten minutes of moments, one a second, twice: a full file makes place for the next one. */
const mostMoments = 600;
const longestBytes = 1024 ** 2;
/** Accounts whose word is heard. */
const mostAccounts = 64;

const headSchema = z.object({ bootId: z.string() });
const farewell = 'farewell';

export interface Recalled {
  readonly ceiling: Ceiling;
  readonly others: readonly Ceiling[];
  /** Null where it has kept nothing of one. */
  readonly before: BootBefore | null;
}

export class BearingFolder {
  readonly #folder: string;
  readonly #uid: number;
  readonly #bootId: string;
  readonly #log: AgentLog;
  /** Moments in the file that is written to; null before the first. */
  #written: number | null = null;
  #complained = false;

  /** @param root where the folders of all accounts lie */
  constructor(bootId: string, log: AgentLog, root: string = commonFolder) {
    this.#uid = process.getuid?.() ?? 0;
    this.#folder = join(root, `${prefix}${this.#uid}`);
    this.#bootId = bootId;
    this.#log = log;
  }

  /** What is there of earlier boots and of other accounts; then the moments of this boot begin. */
  recall(): Recalled {
    const ceiling = readCeiling(this.#folder, this.#uid) ?? noCeiling;
    return { ceiling, others: this.#othersCeilings(), before: this.#before() };
  }

  keepMoments(moments: readonly Moment[]): void {
    this.#write(() => {
      if (this.#written === null || this.#written >= mostMoments) {
        if (this.#written === null) rmSync(this.#old, { force: true });
        else renameSync(this.#moments, this.#old);
        this.#written = 0;
        append(this.#moments, `${JSON.stringify({ bootId: this.#bootId })}\n`, constants.O_TRUNC);
      }
      append(
        this.#moments,
        moments.map((moment) => `${JSON.stringify(moment)}\n`).join(''),
        constants.O_APPEND,
      );
      this.#written += moments.length;
    });
  }

  keepCeiling(ceiling: Ceiling): void {
    this.#write(() => {
      const path = join(this.#folder, ceilingFile);
      append(`${path}.next`, JSON.stringify(ceiling), constants.O_TRUNC);
      renameSync(`${path}.next`, path);
      // What an earlier boot carried has taught what it can, or a person has said to forget it.
      if (this.#written === null) for (const old of [this.#moments, this.#old]) rmSync(old, { force: true });
    });
  }

  /** The host is shut down, or this agent is to end: what it carried took nothing down. */
  farewell(): void {
    if (this.#written !== null)
      this.#write(() => append(this.#moments, `"${farewell}"\n`, constants.O_APPEND));
  }

  /** What the ring has of an earlier boot. Its two files are of one: the first to be written to removes the other. */
  #before(): BootBefore | null {
    const parts = [this.#old, this.#moments].flatMap((path) => readPart(path, this.#uid) ?? []);
    const last = parts.at(-1);
    if (last === undefined || last.bootId === this.#bootId) return null;
    const { bootId, hasLeft } = last;
    const ofOne = parts.filter((part) => part.bootId === bootId);
    return { bootId, hasLeft, moments: hasLeft ? [] : ofOne.flatMap(({ moments }) => moments) };
  }

  get #moments(): string {
    return join(this.#folder, 'moments');
  }

  get #old(): string {
    return join(this.#folder, 'moments.old');
  }

  #othersCeilings(): Ceiling[] {
    const root = join(this.#folder, '..');
    return namesIn(root)
      .filter((name) => name.startsWith(prefix))
      .slice(0, mostAccounts)
      .flatMap((name) => {
        const uid = Number(name.slice(prefix.length));
        return uid === this.#uid ? [] : (readCeiling(join(root, name), uid) ?? []);
      });
  }

  /** A host without room for it learns nothing over a crash; its trials go on. */
  #write(act: () => void): void {
    try {
      openOwn(this.#folder, this.#uid);
      act();
    } catch (error) {
      if (!this.#complained)
        this.#log.write(`what this host bears cannot be kept in ${this.#folder}: ${describeError(error)}`);
      this.#complained = true;
    }
  }
}

const ceilingFile = 'ceiling.json';

/** Its own account writes, all accounts read: an agent's umask takes the second away from whatever it makes (umask(2)). */
const folderMode = 0o755;
const fileMode = 0o644;

/** @throws where somebody else has taken the name */
function openOwn(folder: string, uid: number): void {
  if (!existsSync(folder)) mkdirSync(folder, { mode: folderMode });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid)
    throw new Error(`${folder} is not this account's folder; have root or user ${found.uid} remove it`);
  if ((found.mode & 0o777) === folderMode) return;
  // As earlier versions left it: what is in it is opened first, so that nobody reads half of it.
  const ceiling = join(folder, ceilingFile);
  if (existsSync(ceiling)) append(ceiling, '', constants.O_APPEND);
  chmodSync(folder, folderMode);
}

/** It is on the disk when this returns. */
function append(path: string, text: string, how: number): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | how;
  const file = openSync(path, flags, fileMode);
  try {
    fchmodSync(file, fileMode);
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readCeiling(folder: string, uid: number): Ceiling | null {
  const text = textOf(join(folder, ceilingFile), uid);
  const parsed = ceilingSchema.safeParse(jsonOf(text ?? ''));
  return parsed.success ? parsed.data : null;
}

/** One file of the ring; a line that a power loss has torn is left out. Null where it cannot be read. */
function readPart(path: string, uid: number): BootBefore | null {
  const [head = '', ...lines] = (textOf(path, uid) ?? '').trimEnd().split('\n');
  const of = headSchema.safeParse(jsonOf(head));
  if (!of.success) return null;
  const moments = lines.flatMap((line) => {
    const moment = momentSchema.safeParse(jsonOf(line));
    return moment.success ? [moment.data] : [];
  });
  return { bootId: of.data.bootId, moments, hasLeft: lines.at(-1) === `"${farewell}"` };
}

/** Null for what is not this user's own file. It follows no link and waits for no pipe. */
function textOf(path: string, uid: number): string | null {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = fstatSync(file);
    return found.isFile() && found.uid === uid && found.size <= longestBytes
      ? readFileSync(file, 'utf8')
      : null;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

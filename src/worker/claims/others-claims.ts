/** Reads the claims of other accounts in a folder that everybody may fill with whatever they like. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { OthersClaim } from '../../throttle/host-load.ts';
import type { OthersAccount } from '../../throttle/turns.ts';
import { type FiledAccount, readClaims, seesAll, type Viewpoint } from './claims-file.ts';
import { entriesOf } from './common-folder.ts';
import { UserNames } from './user-names.ts';

/** Bytes of a GPU and of the host's memory. */
interface Bytes {
  readonly gpuBytes: number;
  readonly hostBytes: number;
}

export interface OthersOptions {
  readonly folder: string;
  readonly bootId: string;
  readonly namespace: string;
  /** Whom this process runs as: its own are not others'. */
  readonly uid: number;
  /** What a session's processes take by the figures in use, of a GPU and of the host's memory. */
  readonly shownOf: (session: number, device: string) => Bytes;
  /** What there is of a GPU and of the host's memory: no account can claim more. */
  readonly mostOf: (device: string) => Bytes;
}

/** A file an agent, which its user alone may change: the sticky bit keeps others from putting theirs in its place. */
const fileName = /^(\d{1,10})-[0-9a-f]{16}\.json$/;
/** What is looked at of the folder at once: names, and files. A host has a file for each account that runs trials. */
const mostEntries = 5_000;
const mostFiles = 500;
const mostFilesOfOne = 8;

interface Read {
  readonly claims: readonly OthersClaim[];
  readonly accounts: readonly OthersAccount[];
  /** Why not all of them could be read, for people. */
  readonly crowd: string | null;
}

export class OthersClaims {
  readonly #options: OthersOptions;
  readonly #users = new UserNames();
  /** Files that were somebody's claims: they are read before whatever else has come. */
  #known: readonly string[] = [];

  constructor(options: OthersOptions) {
    this.#options = options;
  }

  read(): Read {
    const { folder, bootId, namespace, uid } = this.#options;
    const { names, more } = entriesOf(folder, mostEntries);
    if (names.length === 0) return { claims: [], accounts: [], crowd: null };
    const from = { bootId, namespace, seesAll: seesAll(uid), now: Date.now() };
    const counts = new Map<number, number>();
    const found: string[] = [];
    const claims: OthersClaim[] = [];
    const accounts = new Map<string, OthersAccount>();
    const left = new Room(this.#options.mostOf);
    let looks = 0;
    for (const name of new Set([...this.#known, ...names])) {
      const owner = Number(fileName.exec(name)?.[1] ?? Number.NaN);
      const count = counts.get(owner) ?? 0;
      if (Number.isNaN(owner) || owner === uid || count >= mostFilesOfOne) continue;
      if (looks === mostFiles)
        return { claims, accounts: [...accounts.values()], crowd: crowdText(folder, name, this.#users) };
      looks += 1;
      const read = this.#claimsIn(name, owner, from, left);
      if (read === null) continue;
      counts.set(owner, count + 1);
      found.push(name);
      claims.push(...read.claims);
      if (read.account !== null) addTo(accounts, this.#users.of(owner), read.account);
    }
    this.#known = found;
    return {
      claims,
      accounts: [...accounts.values()],
      crowd: more ? crowdText(folder, names.at(-1) ?? '', this.#users) : null,
    };
  }

  #claimsIn(
    name: string,
    owner: number,
    from: Viewpoint,
    left: Room,
  ): { readonly claims: readonly OthersClaim[]; readonly account: FiledAccount | null } | null {
    const { folder, shownOf } = this.#options;
    const filed = readClaims(join(folder, name), owner, from);
    if (filed === null) return null;
    const claims = filed.claims.map(({ device, gpuBytes, hostBytes, announcedAt, process: trial }) => {
      const shown = trial === null ? { gpuBytes: 0, hostBytes: 0 } : shownOf(trial.pid, device);
      return {
        user: this.#users.of(owner),
        device,
        gpuBytes: left.take(owner, device, 'gpuBytes', gpuBytes),
        hostBytes: left.take(owner, '', 'hostBytes', hostBytes),
        announcedAt,
        session: trial?.pid ?? null,
        gpuShownBytes: shown.gpuBytes,
        hostShownBytes: shown.hostBytes,
      };
    });
    return { claims, account: filed.account };
  }
}

/** An account may have several agents, each with a folder of its own. */
function addTo(
  accounts: Map<string, OthersAccount>,
  user: string,
  { used, wants, started }: FiledAccount,
): void {
  const before = accounts.get(user);
  accounts.set(user, {
    user,
    used: {
      gpuSeconds: (before?.used.gpuSeconds ?? 0) + used.gpuSeconds,
      coreSeconds: (before?.used.coreSeconds ?? 0) + used.coreSeconds,
    },
    wants: [...(before?.wants ?? []), ...(wants === null ? [] : [wants])],
    started: (before?.started ?? 0) + started,
  });
}

/** What each account has not claimed yet of what there is. */
class Room {
  readonly #mostOf: OthersOptions['mostOf'];
  readonly #left = new Map<string, number>();

  constructor(mostOf: OthersOptions['mostOf']) {
    this.#mostOf = mostOf;
  }

  take(uid: number, device: string, what: keyof Bytes, bytes: number): number {
    const key = `${uid} ${what} ${device}`;
    const left = this.#left.get(key) ?? this.#mostOf(device)[what];
    const taken = Math.min(bytes, left);
    this.#left.set(key, left - taken);
    return taken;
  }
}

function crowdText(folder: string, name: string, users: UserNames): string {
  const owner = lstatSync(join(folder, name), { throwIfNoEntry: false })?.uid;
  const whose = owner === undefined ? '' : ` (of ${users.of(owner)})`;
  return `${folder} is full of files that are no claims, such as ${name}${whose}; have them removed`;
}

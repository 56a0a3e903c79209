/** A ledger as the reading verbs have it: its state, what its coordinator last said, and both again later. */
import { existsSync } from 'node:fs';
import type { LedgerEvent } from '../../ledger/events.ts';
import { fold } from '../../ledger/fold.ts';
import type { LiveFigures } from '../../ledger/live-figures.ts';
import { emptyLedger, type LedgerState } from '../../ledger/state.ts';
import { type ChainHead, emptyChain } from '../../ledger/store/chain.ts';
import { readLive } from '../../ledger/store/live-file.ts';
import { type LastObstacles, readLastObstacles } from '../../ledger/store/last-obstacles.ts';
import { heldBy, livingHolder } from '../../ledger/store/living-holder.ts';
import { isStopped } from '../../ledger/store/lock-holder.ts';
import { type LedgerReader, openReader } from '../../ledger/store/reader.ts';
import type { Caller } from '../caller.ts';
import { SessionError } from '../session-error.ts';
import { rememberUsed } from '../place/last-used.ts';
import { standstillText } from './silent-holder.ts';
import { requireStateFolder } from '../place/state-folder.ts';

/** A coordinator says its figures once a second; after so long without a word there is none. */
const liveForMs = 5_000;

/**
 * Reads the ledger that the person stands in, and changes nothing.
 *
 * @param options.state the state folder; by default the nearest .labsweep at or above the working directory
 * @throws SessionError where there is none that this labsweep reads
 */
export function openState(caller: Caller, options: { readonly state?: string }): OpenState {
  const folder = requireStateFolder(caller, options.state);
  const opened = openReader(folder);
  if (opened.kind === 'none')
    throw new SessionError(`there is no ledger in ${folder}; \`labsweep run SWEEP\` starts one.`);
  if (opened.kind !== 'opened') throw new SessionError(opened.message);
  rememberUsed(caller, { state: folder });
  return new OpenState(folder, opened.reader);
}

/** What a look at a ledger has brought since the one before. */
export type News =
  | { readonly kind: 'more'; readonly events: readonly LedgerEvent[] }
  /** The file was replaced: the state is that of the ledger which lies there now. */
  | { readonly kind: 'another' };

export class OpenState {
  readonly folder: string;
  readonly reader: LedgerReader;
  #state = emptyLedger();
  #head: ChainHead = emptyChain;

  constructor(folder: string, reader: LedgerReader) {
    this.folder = folder;
    this.reader = reader;
    this.refresh();
  }

  /** To be read, never changed. */
  get state(): LedgerState {
    return this.#state;
  }

  /** Takes in what was committed since the last look. @throws SessionError where there is no ledger any more */
  refresh(): News {
    const { path } = this.reader;
    if (!existsSync(path)) throw new SessionError(`${path} was removed or moved away.`);
    const more = this.reader.readOn(this.#head);
    if (more !== null) {
      this.#head = more.head;
      for (const event of more.events) fold(this.#state, event);
      return { kind: 'more', events: more.events };
    }
    this.#state = emptyLedger();
    this.#head = emptyChain;
    this.refresh();
    return { kind: 'another' };
  }

  /** What the coordinator says of the moment; null where none runs. */
  live(): LiveFigures | null {
    return liveIn(this.folder);
  }

  /** What kept its sweeps from going on when their coordinator ended. */
  lastObstacles(): LastObstacles {
    return readLastObstacles(this.folder);
  }

  /** Why a coordinator that holds it says nothing; null where none does, or it does not stand still. */
  silence(): string | null {
    const holder = livingHolder(this.folder);
    return holder === null ? null : standstillText(holder);
  }
}

/** @param folder the state folder */
export function liveIn(folder: string): LiveFigures | null {
  const read = readLive(folder);
  if (read === null || read.ageMs > liveForMs) return null;
  return maySpeak(folder) ? read.live : null;
}

/** Whether who said it may still be there. Where that cannot be read for a moment, what is fresh is believed. */
function maySpeak(folder: string): boolean {
  try {
    const held = heldBy(folder);
    return held.kind === 'by' ? !isStopped(held.holder) : held.kind !== 'by-the-dead';
  } catch {
    return true;
  }
}

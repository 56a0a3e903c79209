/** A ledger as the reading verbs have it: its state, what its coordinator last said, and both again later. */
import type { LedgerEvent } from '../ledger/events.ts';
import { fold } from '../ledger/fold.ts';
import type { LiveFigures } from '../ledger/live-figures.ts';
import { emptyLedger, type LedgerState } from '../ledger/state.ts';
import { readLive } from '../ledger/store/live-file.ts';
import { type LedgerReader, openReader } from '../ledger/store/reader.ts';
import type { Console } from './console.ts';
import { CommandError } from './exit.ts';
import { rememberUsed } from './last-used.ts';
import { requireStateFolder } from './state-folder.ts';

/** A coordinator says its figures once a second; after so long without a word there is none. */
const liveForMs = 5_000;

/**
 * Reads the ledger that the person stands in, and changes nothing.
 *
 * @param options.state the state folder; by default the nearest .labsweep at or above the working directory
 * @throws CommandError where there is none that this labsweep reads
 */
export function openState(console: Console, options: { readonly state?: string }): OpenState {
  const folder = requireStateFolder(console, options.state);
  const opened = openReader(folder);
  if (opened.kind === 'none')
    throw new CommandError(`there is no ledger in ${folder}; \`labsweep run SWEEP\` starts one.`);
  if (opened.kind !== 'opened') throw new CommandError(opened.message);
  rememberUsed(console, { state: folder });
  return new OpenState(folder, opened.reader);
}

export class OpenState {
  readonly folder: string;
  readonly reader: LedgerReader;
  /** To be read, never changed. */
  readonly state: LedgerState = emptyLedger();
  #seq = 0;

  constructor(folder: string, reader: LedgerReader) {
    this.folder = folder;
    this.reader = reader;
    this.refresh();
  }

  /** Takes in what was committed since the last look, and returns it. */
  refresh(): readonly LedgerEvent[] {
    const { events, seq } = this.reader.read(this.#seq);
    this.#seq = seq;
    for (const event of events) fold(this.state, event);
    return events;
  }

  /** What the coordinator says of the moment; null where none runs. */
  live(): LiveFigures | null {
    const read = readLive(this.folder);
    return read !== null && read.ageMs <= liveForMs ? read.live : null;
  }
}

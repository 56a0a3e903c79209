/** Notices that inventory.json was edited. It is read, not watched: a watch says nothing of an edit that comes by NFS. */
import { readFileSync } from 'node:fs';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import { renderIssue } from '../../model/source/source-issue.ts';
import { type InventoryFile, labOf } from './lab.ts';

const lookEveryMs = 2_000;

export interface InventoryWatchOptions {
  readonly file: InventoryFile;
  readonly changed: (hosts: readonly HostEntry[]) => void;
  /** Told once for an edit: what is wrong with it, each line with its place. */
  readonly refused: (problem: string) => void;
}

export class InventoryWatch {
  readonly #options: InventoryWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #text: string | null;
  /** What could not be used at the last look: an editor may be in the middle of it. */
  #unsettled: string | null | undefined;

  constructor(options: InventoryWatchOptions) {
    this.#options = options;
    this.#text = options.file.text;
    this.#timer = setInterval(() => this.look(), lookEveryMs).unref();
  }

  /** Now, for who has just edited it and asks for something. */
  look(): void {
    const { path, shown } = this.#options.file;
    const text = readText(path);
    if (text === this.#text) {
      this.#unsettled = undefined;
      return;
    }
    const read = text === null ? null : labOf(text, shown);
    if (read?.kind !== 'lab' && text !== this.#unsettled) {
      this.#unsettled = text;
      return;
    }
    this.#text = text;
    if (read?.kind === 'lab') this.#options.changed(read.hosts);
    else
      this.#options.refused(read?.issues.map(renderIssue).join('\n') ?? `${shown}: it is not there any more`);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** What is taken out of the words of each attempt. */
import { writeFileSync } from 'node:fs';
import { type HostFolder, runFolder } from '../spool/host-folder.ts';
import { textOf } from '../spool/log-file.ts';
import { parsePrints, type Prints, printsOf } from './prints.ts';
import { nothingSecret, Redaction, spellingsOfAll } from './redaction.ts';

/** Whose logs are read again and again, in pieces. */
const mostRemembered = 64;

export class AttemptSecrets {
  readonly #host: HostFolder;
  /** By the values, of which the trials of a launch have the same. */
  readonly #texts = new Map<string, string>();
  readonly #known = new Map<string, Redaction>();

  constructor(host: HostFolder) {
    this.#host = host;
  }

  /** Before an attempt starts. @throws the system's error where it cannot be written */
  note(attempt: string, passed: Readonly<Record<string, string>>): void {
    const spellings = spellingsOfAll(passed);
    if (spellings.length === 0) return this.#remember(attempt, nothingSecret);
    const key = JSON.stringify(passed);
    const text = this.#texts.get(key) ?? JSON.stringify(printsOf(spellings));
    this.#texts.set(key, text);
    writeFileSync(runFolder(this.#host, attempt).passed, text, { mode: 0o600 });
    this.#remember(attempt, new Redaction(spellings));
  }

  /** For an attempt that an earlier agent started as well. */
  of(attempt: string): Redaction {
    const known = this.#known.get(attempt);
    if (known !== undefined) return known;
    const prints = printsIn(runFolder(this.#host, attempt).passed);
    if (prints === null) return nothingSecret;
    const redaction = new Redaction([], prints);
    this.#remember(attempt, redaction);
    return redaction;
  }

  #remember(attempt: string, redaction: Redaction): void {
    this.#known.set(attempt, redaction);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostRemembered && oldest !== undefined) this.#known.delete(oldest);
  }
}

function printsIn(path: string): Prints | null {
  try {
    return parsePrints(textOf(path));
  } catch {
    return null;
  }
}

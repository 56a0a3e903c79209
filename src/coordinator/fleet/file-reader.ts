import type { FileFolder, FromAgent, ToAgent } from '../../protocol/messages.ts';

type Question = Extract<ToAgent, { kind: 'read-file' }>;
type Chunk = Extract<FromAgent, { kind: 'file' }>;

/** The host has not got it, or cannot read it: in its own words. */
export class FileUnreadable extends Error {
  readonly code = 'FILE_UNREADABLE';
  override readonly name = 'FileUnreadable';
}

/** The connection went while a file was on its way: it may be asked for again over the next one. */
export class Interrupted extends Error {
  readonly code = 'INTERRUPTED';
  override readonly name = 'Interrupted';

  constructor() {
    super('the connection was cut');
  }
}

interface Asked {
  readonly question: Question;
  readonly resolve: (chunk: Chunk) => void;
  readonly reject: (error: Interrupted) => void;
}

/** Reads files of a host over one connection, one chunk at a time, so that a large file keeps no message waiting. */
export class FileReader {
  readonly #send: (message: ToAgent) => void;
  /** The first is on its way. */
  #asked: Asked[] = [];
  #isInterrupted = false;

  constructor(send: (message: ToAgent) => void) {
    this.#send = send;
  }

  /** @throws FileUnreadable, Interrupted */
  async *read(of: FileFolder, path: string): AsyncGenerator<Uint8Array> {
    for (let offset = 0, complete = false; !complete; ) {
      const chunk = await this.#ask({ kind: 'read-file', of, path, offset });
      if (chunk.problem !== null) throw new FileUnreadable(chunk.problem);
      const bytes = Buffer.from(chunk.base64, 'base64');
      offset += bytes.length;
      complete = chunk.complete;
      yield bytes;
    }
  }

  answered(chunk: Chunk): void {
    this.#asked.shift()?.resolve(chunk);
    this.#next();
  }

  /** Nobody will answer, now or later. */
  interrupted(): void {
    this.#isInterrupted = true;
    for (const { reject } of this.#asked) reject(new Interrupted());
    this.#asked = [];
  }

  #ask(question: Question): Promise<Chunk> {
    if (this.#isInterrupted) return Promise.reject(new Interrupted());
    return new Promise((resolve, reject) => {
      this.#asked.push({ question, resolve, reject });
      if (this.#asked.length === 1) this.#next();
    });
  }

  #next(): void {
    const [first] = this.#asked;
    if (first !== undefined) this.#send(first.question);
  }
}

import type { FileFolder, HostSaid, ToAgent } from '../../protocol/messages.ts';
import { Replies } from './replies.ts';

type Chunk = Extract<HostSaid, { kind: 'file' }>;

/** The host has not got it, cannot read it, or has something else: in a sentence. */
export class FileUnreadable extends Error {
  readonly code = 'FILE_UNREADABLE';
  override readonly name = 'FileUnreadable';
}

/** Reads files of a host over one connection, one chunk at a time, so that a large file keeps no message waiting. */
export class FileReader {
  readonly #send: (message: ToAgent) => void;
  readonly #replies = new Replies<Chunk>();
  /** What was asked before, for whichever file. */
  #last: Promise<unknown> = Promise.resolve();
  /** What is asked now, in one text. */
  #question: string | null = null;

  constructor(send: (message: ToAgent) => void) {
    this.#send = send;
  }

  /** @param size of the file: a host that sends more is not heard to the end. @throws FileUnreadable, Interrupted */
  async *read(of: FileFolder, path: string, size: number): AsyncGenerator<Uint8Array> {
    for (let offset = 0, complete = false; !complete; ) {
      const chunk = await this.#ask(of, path, offset);
      if (chunk.problem !== null) throw new FileUnreadable(chunk.problem);
      const bytes = Buffer.from(chunk.base64, 'base64');
      offset += bytes.length;
      complete = chunk.complete;
      if (offset > size || (bytes.length === 0 && !complete))
        throw new FileUnreadable(`${path} is not of the ${size} bytes that it was said to be`);
      yield bytes;
    }
  }

  /** An answer to another question, or to none, is nobody's. */
  answered(chunk: Chunk): void {
    if (this.#question !== questionOf(chunk)) return;
    this.#question = null;
    this.#replies.came('', chunk);
  }

  /** Nobody will answer, now or later. */
  interrupted(): void {
    this.#replies.interrupted();
  }

  #ask(of: FileFolder, path: string, offset: number): Promise<Chunk> {
    const ask = (): Promise<Chunk> =>
      this.#replies.to('', () => {
        this.#question = questionOf({ of, path, offset });
        this.#send({ kind: 'read-file', of, path, offset });
      });
    const mine = this.#last.then(ask, ask);
    this.#last = mine;
    return mine;
  }
}

const questionOf = ({
  of,
  path,
  offset,
}: Pick<Extract<ToAgent, { kind: 'read-file' }>, 'of' | 'path' | 'offset'>) =>
  JSON.stringify([of.kind, of.kind === 'artifacts' ? of.attempt : of.trial, path, offset]);

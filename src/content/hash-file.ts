import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/**
 * The bytes of a file, opened when they are asked for: a stream that was opened earlier would fail unheard.
 *
 * @throws what the file system says
 */
export async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path)) if (Buffer.isBuffer(chunk)) yield chunk;
}

/** SHA-256 and size of a file, of the bytes that were read. @throws what the file system says */
export async function hashFile(path: string): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of chunksOf(path)) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}

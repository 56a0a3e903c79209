import type { Readable } from 'node:stream';

/** A login shell that prints more than this before it comes to the point never will. */
const mostBytes = 1 << 20;

/**
 * What a stream says before a delimiter; what follows the delimiter stays in the stream. Null when the stream ends
 * without it.
 */
export function readUntil(stream: Readable, delimiter: string): Promise<string | null> {
  return new Promise((resolve) => {
    let seen: Buffer = Buffer.alloc(0);
    // Listening for `readable` leaves the stream neither flowing nor paused, as whoever reads on expects it.
    const leave = (found: string | null): void => {
      stream.off('readable', look).off('end', missed).off('close', missed);
      resolve(found);
    };
    const missed = (): void => leave(null);
    const look = (): void => {
      for (let chunk: Buffer | null; (chunk = stream.read() as Buffer | null) !== null; ) {
        seen = Buffer.concat([seen, chunk]);
        const at = seen.indexOf(delimiter);
        if (at < 0) continue;
        const rest = seen.subarray(at + Buffer.byteLength(delimiter));
        if (rest.length > 0) stream.unshift(rest);
        return leave(seen.toString('utf8', 0, at));
      }
      if (seen.length > mostBytes) leave(null);
    };
    stream.on('readable', look).once('end', missed).once('close', missed);
  });
}

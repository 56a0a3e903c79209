import type { Duplex } from 'node:stream';
import { endless } from './endless.ts';
import { TransportError } from './transport.ts';

/** For a shell to begin: a busy host, whose home is on another one, may take a while. */
export const beginMs = 60_000;

/** A login shell that prints more than this before it comes to the point never will. */
const mostBytes = 1 << 20;

/**
 * What a stream says before a delimiter; what follows the delimiter stays in the stream. Null when the stream ends
 * without it.
 *
 * @param host for messages
 * @param withinMs how long it may take; for ever without it
 * @throws TransportError where it says too much before, or nothing in time; the stream is destroyed then
 */
export function readUntil(
  stream: Duplex,
  delimiter: string,
  host: string,
  withinMs: number | null = null,
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let seen: Buffer = Buffer.alloc(0);
    // Listening for `readable` leaves the stream neither flowing nor paused, as whoever reads on expects it.
    const stop = (): void => {
      if (timer !== null) clearTimeout(timer);
      stream.off('readable', look).off('end', missed).off('close', missed);
    };
    const leave = (found: string | null): void => {
      stop();
      resolve(found);
    };
    const fail = (error: TransportError): void => {
      stop();
      stream.destroy();
      reject(error);
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
      if (seen.length > mostBytes) fail(endless(host, 'login files print before a command'));
    };
    const timer = withinMs === null ? null : setTimeout(() => fail(late(host, withinMs)), withinMs);
    stream.on('readable', look).once('end', missed).once('close', missed);
  });
}

const late = (host: string, withinMs: number): TransportError =>
  new TransportError(
    'command',
    `${host} has not begun within ${withinMs / 1_000} s what it was told to run. Does a login file there wait for something?`,
  );

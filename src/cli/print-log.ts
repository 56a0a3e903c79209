import type { PrintedOutput } from './console.ts';

/** A log to its end, piece by piece. @throws as the source of its pieces does */
export async function printLog(pieces: AsyncIterable<Uint8Array>, to: PrintedOutput): Promise<void> {
  try {
    for await (const bytes of pieces) to.write(bytes);
  } finally {
    to.end();
  }
}

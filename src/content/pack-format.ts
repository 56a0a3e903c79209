/** First entry of a pack. */
export const manifestEntry = 'manifest.json';

/** The bytes of one of tar-stream's streams, which say of their chunks only that they are unknown. */
export async function* bytesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
}

/** The entry of a file: apart from the manifest, whatever the file is called. */
export const entryName = (path: string): string => `files/${path}`;

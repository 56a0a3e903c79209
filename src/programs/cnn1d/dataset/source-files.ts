import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { DatasetError } from './dataset-error.ts';
import { listFiles } from './split.ts';
import { own } from '../../../model/own.ts';

/** A file of the data set. `path` is WORD/NAME.wav, or a list's name, wherever in the source they lie. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: Buffer;
  /** How much of the source has been read, of how much. */
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** A clip is a second; what is larger by far is none, and is not taken into memory. */
const mostBytesPerFile = 16 * 2 ** 20;

/**
 * The clips and lists of a folder, .tar or .tar.gz in Speech Commands layout, one by one, so that memory holds one file.
 * @throws DatasetError where there is no such source or the archive is broken.
 */
export async function* sourceFiles(source: string): AsyncGenerator<SourceFile> {
  const found = await stat(source).catch((cause: unknown) => {
    throw new DatasetError('no-source', `There is no folder or archive ${source}.`, cause);
  });
  if (found.isDirectory()) yield* folderFiles(source);
  else yield* archiveFiles(source, found.size);
}

/** WORD/NAME.wav or a list's name; null for what is no part of the data set. */
export function pathInDataset(path: string): string | null {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1) ?? '';
  if (own(listFiles, name) !== undefined) return name;
  const word = parts.at(-2);
  if (word === undefined || word.startsWith('_') || word.startsWith('.') || name.startsWith('.')) return null;
  return name.toLowerCase().endsWith('.wav') ? `${word}/${name}` : null;
}

async function* folderFiles(folder: string): AsyncGenerator<SourceFile> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((file) => {
      const path = pathInDataset(file.slice(folder.length));
      return path === null ? [] : [{ file, path }];
    });
  for (const [index, { file, path }] of files.entries()) {
    const { size } = await stat(file);
    const bytes = size > mostBytesPerFile ? Buffer.alloc(0) : await readFile(file);
    yield { path, bytes, doneBytes: index + 1, totalBytes: files.length };
  }
}

async function* archiveFiles(archive: string, totalBytes: number): AsyncGenerator<SourceFile> {
  const isPacked = await isGzip(archive);
  // Listened to from the first: a file that cannot be opened says so at once.
  const input = createReadStream(archive);
  const entries = extract();
  const streams = isPacked ? [input, createGunzip(), entries] : [input, entries];
  // What goes wrong in one of the streams is thrown below, where the entries are read.
  const reading = pipeline(streams).catch(() => {});
  try {
    for await (const entry of entries) {
      const { type, name, size } = entry.header;
      const path = type === 'file' ? pathInDataset(name) : null;
      const chunks: Buffer[] = [];
      // An entry has to be read to its end before the next one comes, wanted or not.
      for await (const chunk of entry)
        if (path !== null && size <= mostBytesPerFile) chunks.push(chunk as Buffer);
      if (path !== null) yield { path, bytes: Buffer.concat(chunks), doneBytes: input.bytesRead, totalBytes };
    }
  } catch (cause) {
    const message = `${basename(archive)} is no whole .tar or .tar.gz archive; fetch it again.`;
    throw new DatasetError('bad-archive', message, cause);
  } finally {
    input.destroy();
    await reading;
  }
}

async function isGzip(file: string): Promise<boolean> {
  for await (const chunk of createReadStream(file, { end: 1 })) {
    const start = chunk as Buffer;
    return start[0] === 0x1f && start[1] === 0x8b;
  }
  return false;
}

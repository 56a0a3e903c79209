import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { onTestFinished } from 'vitest';
import wavefile from 'wavefile';

/** Files by path, as a data set's folder or archive holds them. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

/** A WAV file of so many 16-bit samples; a tone, so that files differ. */
export function tone(hertz: number, samples = 16_000, rate = 16_000, channels = 1): Uint8Array {
  const wave = Int16Array.from({ length: samples }, (_, at) =>
    Math.round(8000 * Math.sin((2 * Math.PI * hertz * at) / rate)),
  );
  const wav = new wavefile.WaveFile();
  wav.fromScratch(channels, rate, '16', channels === 1 ? wave : Array.from({ length: channels }, () => wave));
  return wav.toBuffer();
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'labsweep-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function writeFolder(folder: string, files: Files): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

export async function writeArchive(file: string, files: Files): Promise<string> {
  const archive = pack();
  const bytes = buffer(archive);
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, Buffer.from(content));
  archive.finalize();
  await writeFile(file, file.endsWith('.gz') ? gzipSync(await bytes) : await bytes);
  return file;
}

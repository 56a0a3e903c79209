/** Files that this and earlier commands wrote their output to: `labsweep run sweep.yaml > run.log` beside the program. */
import { fstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type FileKey, keyOf } from './file-key.ts';

const streams = [1, 2];

/** Of the files that standard output and standard error go to. */
export const outputKeys = (): readonly FileKey[] =>
  streams.flatMap((stream) => {
    try {
      const stats = fstatSync(stream);
      return stats.isFile() ? [keyOf(stats)] : [];
    } catch {
      return []; // closed
    }
  });

const rememberedFile = (stateFolder: string): string => join(stateFolder, 'outputs.json');

/** Paths of such files, as earlier commands have noted them. */
export function rememberedOutputs(stateFolder: string): readonly string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(readFileSync(rememberedFile(stateFolder), 'utf8')));
  } catch {
    return [];
  }
}

/** The next command has another output, and this one's file lies there still. */
export function rememberOutputs(stateFolder: string, paths: readonly string[]): void {
  const before = rememberedOutputs(stateFolder);
  const all = [...new Set([...before, ...paths])];
  if (all.length === before.length) return;
  writeFileSync(rememberedFile(stateFolder), JSON.stringify(all), { mode: 0o600 });
}

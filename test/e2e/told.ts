/** What a person sees of a command, made comparable: no colours, no durations, no folder or number of this run. */
import { stripVTControlCharacters } from 'node:util';

export interface Told {
  /** The exit code, or the signal that ended it. */
  readonly code: number | string | null;
  readonly out: string;
  readonly err: string;
}

/** @param folder what is written as LAB */
export function masked(text: string, folder: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(folder, 'LAB')
    .replace(/\b(in|after) \d+(\.\d+)? (ms|s|min|h)\b/g, '$1 …')
    .replace(/\bprocess \d+/g, 'process PID');
}

/** Frames of a stack and places inside labsweep are for its makers (P8). */
export const stackOf = (text: string): string | null =>
  /^\s+at .*$|node:internal.*|\bdist\/\S+:\d+.*/m.exec(text)?.[0] ?? null;

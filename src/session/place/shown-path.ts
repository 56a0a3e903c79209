import { relative } from 'node:path';
import type { Caller } from '../caller.ts';

/** A path as a person here would type it. */
export function shortest({ cwd }: Caller, path: string): string {
  const near = relative(cwd, path) || '.';
  return near.length < path.length ? near : path;
}

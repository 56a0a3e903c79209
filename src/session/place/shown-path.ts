import { relative } from 'node:path';
import type { Console } from '../../cli/console.ts';

/** A path as a person here would type it. */
export function shortest({ cwd }: Console, path: string): string {
  const near = relative(cwd, path) || '.';
  return near.length < path.length ? near : path;
}

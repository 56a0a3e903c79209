/** How a program's files differ from what they were when results were earned with them. */
import type { Manifest } from '../../model/manifest.ts';
import { counted } from '../text/counted.ts';

export interface FileChanges {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Of each kind; the others are counted. */
const mostNamed = 3;

/** @param counts whether a path counts that only one of the two has, or that they have with another content */
export function changesBetween(
  before: Manifest,
  now: Manifest,
  counts: (path: string) => boolean,
): FileChanges {
  const earlier = new Map(before.map((file) => [file.path, file]));
  const present = new Set(now.map(({ path }) => path));
  const pathsOf = (files: Manifest): string[] => files.map(({ path }) => path).filter(counts);
  return {
    changed: pathsOf(
      now.filter(({ path, sha256, executable }) => {
        const known = earlier.get(path);
        return known !== undefined && (known.sha256 !== sha256 || known.executable !== executable);
      }),
    ),
    added: pathsOf(now.filter(({ path }) => !earlier.has(path))),
    removed: pathsOf(before.filter(({ path }) => !present.has(path))),
  };
}

export const isUnchanged = ({ changed, added, removed }: FileChanges): boolean =>
  changed.length + added.length + removed.length === 0;

/** `changed: train.py; added: notes.txt and 2 more`. */
export const changesText = ({ changed, added, removed }: FileChanges): string =>
  Object.entries({ changed, added, removed })
    .filter(([, paths]) => paths.length > 0)
    .map(([what, paths]) => `${what}: ${firstOf(paths)}`)
    .join('; ');

function firstOf(paths: readonly string[]): string {
  const more = paths.length - mostNamed;
  if (more <= 0) return paths.join(', ');
  return `${paths.slice(0, mostNamed).join(', ')} and ${counted(more, 'more file')}`;
}

/**
 * A folder as a program finds it again on another host: the bytes of its files, and all by which programs tell one file
 * from another (times, modes, links, folders without files).
 */
import { z } from 'zod';
import { mostCheckpointFiles } from './bounds.ts';
import { clashIn, innerPath, manifestFileSchema } from './manifest.ts';
import { listOf } from './said.ts';

/** Nanoseconds since 1970, which a double does not hold. */
const nanoseconds = z.string().regex(/^-?\d{1,19}$/, 'is no time');
/** Permissions alone: nobody else's rights come with a folder. */
const permissions = z.number().int().min(0).max(0o777);

const keptFileSchema = manifestFileSchema.extend({ mode: permissions, mtime: nanoseconds });
export type KeptFile = Readonly<z.infer<typeof keptFileSchema>>;

/**
 * Whether a link in the folder `path` lies in leads to a place below the kept folder, whatever else is linked there: it
 * climbs only through folders that are none of them links, and never again after it has gone down.
 */
export function isInnerLink(path: string, target: string): boolean {
  const parts = target.split('/');
  const climbs = parts.findIndex((part) => part !== '..');
  const down = climbs < 0 ? [] : parts.slice(climbs);
  const depth = path.split('/').length - 1;
  const isPlain = (part: string): boolean => part !== '' && part !== '.' && part !== '..';
  return (
    target === '.' ||
    (target.length <= 4_096 && (climbs < 0 ? parts.length : climbs) <= depth && down.every(isPlain))
  );
}

const keptOtherSchema = z.discriminatedUnion('kind', [
  /** Of the folder itself the path is empty. */
  z.object({
    kind: z.literal('folder'),
    path: innerPath.or(z.literal('')),
    mode: permissions,
    mtime: nanoseconds,
  }),
  z
    .object({ kind: z.literal('link'), path: innerPath, target: z.string(), mtime: nanoseconds })
    .refine(({ path, target }) => isInnerLink(path, target), 'leads out of the folder'),
  /** Another name of one of the files (link(2)). */
  z.object({ kind: z.literal('same'), path: innerPath, as: innerPath }),
]);
export type KeptOther = Readonly<z.infer<typeof keptOtherSchema>>;

export const keptFolderSchema = z
  .object({
    /** Sorted by the bytes of the paths. */
    files: listOf(keptFileSchema, mostCheckpointFiles),
    others: listOf(keptOtherSchema, mostCheckpointFiles),
  })
  .refine(({ files, others }) => {
    // A folder may be named beside what lies in it, and nothing else may have its name.
    const named = others.map(({ kind, path }) => (kind === 'folder' ? `${path}/` : path));
    return clashIn([...files.map(({ path }) => path), ...named]) === null;
  }, 'has a file where another needs a folder')
  .refine(({ files, others }) => {
    const paths = new Set(files.map(({ path }) => path));
    return others.every((other) => other.kind !== 'same' || paths.has(other.as));
  }, 'has a second name of a file that it has not');

export interface KeptFolder {
  readonly files: readonly KeptFile[];
  readonly others: readonly KeptOther[];
}

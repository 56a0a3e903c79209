/** What a folder holds, file by file: the same on every machine that has the same files. */
import { z } from 'zod';

/** Linux has no longer path than 4,096 bytes (PATH_MAX), and so no more characters either. */
const longestPath = 4_096;

/** A path that stays below the folder it is joined to, whoever wrote it (P9). */
export const isInnerPath = (path: string): boolean =>
  path.length <= longestPath &&
  !path.includes('\0') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/** The first path that no folder can hold beside those before it: it is there twice, or is a file and a folder. */
export function clashIn(paths: readonly string[]): string | null {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const path of paths) {
    if (files.has(path) || folders.has(path)) return path;
    files.add(path);
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (files.has(folder)) return path;
      if (folders.has(folder)) break; // and so are those above it
      folders.add(folder);
    }
  }
  return null;
}

/** Below a folder, `/` between its parts. */
export const innerPath = z.string().refine(isInnerPath, 'leaves the folder');

export const manifestFileSchema = z.object({
  path: innerPath,
  executable: z.boolean(),
  sha256: z.string(),
  size: z.number().int().nonnegative(),
});
export type ManifestFile = Readonly<z.infer<typeof manifestFileSchema>>;

/** Sorted by the bytes of the paths. */
export const manifestSchema = z.array(manifestFileSchema);
export type Manifest = readonly ManifestFile[];

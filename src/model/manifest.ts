/** What a folder holds, file by file: the same on every machine that has the same files. */
import { z } from 'zod';

/** A path that stays below the folder it is joined to, whoever wrote it (P9). */
const isInnerPath = (path: string): boolean =>
  !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/** Below a folder, `/` between its parts. */
export const innerPath = z.string().refine(isInnerPath, 'leaves the folder');

const manifestFileSchema = z.object({
  path: innerPath,
  executable: z.boolean(),
  sha256: z.string(),
  size: z.number().int().nonnegative(),
});
export type ManifestFile = Readonly<z.infer<typeof manifestFileSchema>>;

/** Sorted by the bytes of the paths. */
export const manifestSchema = z.array(manifestFileSchema);
export type Manifest = readonly ManifestFile[];

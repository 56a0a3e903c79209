/** What a folder holds, by which it is known on every machine. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../model/canonical.ts';
import { type ContentHash, contentHash } from '../model/ids.ts';

/** A path that stays below the folder it is joined to, whoever wrote it (P9). */
const isInnerPath = (path: string): boolean =>
  !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

const manifestFileSchema = z.object({
  /** Below the folder, `/` between its parts. */
  path: z.string().refine(isInnerPath, 'leaves the folder'),
  executable: z.boolean(),
  sha256: z.string(),
  size: z.number().int().nonnegative(),
});
export type ManifestFile = Readonly<z.infer<typeof manifestFileSchema>>;

/** Sorted by the bytes of the paths. */
export const manifestSchema = z.array(manifestFileSchema);
export type Manifest = readonly ManifestFile[];

/** SHA-256 of the manifest's canonical JSON (RFC 8785): the folder's name in a store. */
export const manifestHash = (manifest: Manifest): ContentHash =>
  contentHash(createHash('sha256').update(canonicalJson(manifest)).digest('hex'));

/** Order of UTF-8 bytes: that of `<` differs for characters beyond U+FFFF. */
export const byPathBytes = (one: { readonly path: string }, other: { readonly path: string }): number =>
  Buffer.compare(Buffer.from(one.path), Buffer.from(other.path));

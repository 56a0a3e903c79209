/** By what a folder is known on every machine. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../model/grid/canonical.ts';
import { type ContentHash, contentHash } from '../model/ids.ts';
import type { Manifest } from '../model/manifest.ts';

/** SHA-256 of the manifest's canonical JSON (RFC 8785): the folder's name in a store. */
export const manifestHash = (manifest: Manifest): ContentHash =>
  contentHash(createHash('sha256').update(canonicalJson(manifest)).digest('hex'));

/** Order of UTF-8 bytes: that of `<` differs for characters beyond U+FFFF. */
export const byPathBytes = (one: { readonly path: string }, other: { readonly path: string }): number =>
  Buffer.compare(Buffer.from(one.path), Buffer.from(other.path));

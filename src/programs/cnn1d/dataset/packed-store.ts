import { z } from 'zod';
import { splits } from './split.ts';

/** The files of a packed data set, in a folder that is named by its hash. */
export const storeFiles = { index: 'index.json', clips: 'clips.bin', manifest: 'manifest.json' } as const;

/** index.json: which clips lie where in clips.bin (16-bit little-endian samples at 16 kHz, one clip after another). */
export const packedIndexSchema = z.object({
  version: z.literal(1),
  /** SHA-256 of manifest.json: the data set's identity. */
  hash: z.string(),
  /** In the order of their bytes. */
  words: z.array(z.string()),
  /** In the order of their files' bytes. */
  clips: z.array(
    z.object({
      /** WORD/NAME.wav */
      file: z.string(),
      word: z.string(),
      split: z.enum(splits),
      /** Where its first sample lies, in samples. */
      offset: z.number().int().nonnegative(),
      /** At most 16,000. */
      samples: z.number().int().positive(),
    }),
  ),
});
export type PackedIndex = Readonly<z.infer<typeof packedIndexSchema>>;
export type PackedClip = PackedIndex['clips'][number];

/** manifest.json, as canonical JSON: what the packed clips were made from. */
export interface ManifestEntry {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** Order by bytes, which is the same on every machine and in every locale. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

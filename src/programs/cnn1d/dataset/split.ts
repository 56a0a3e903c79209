import { createHash } from 'node:crypto';

export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];

/** The lists that the data set may bring along, by the split that they name clips of. */
export const listFiles: Readonly<Record<string, Split>> = {
  'validation_list.txt': 'validation',
  'testing_list.txt': 'test',
};

/** Speech Commands' M, 2^27 − 1. */
const mostClipsPerWord = 134_217_727;

/**
 * Speech Commands' own rule (Warden 2018, arXiv 1804.03209, section 7.1): by what stands before `_nohash_` in the
 * file's name, so that a speaker's clips stay together and new clips move no old one.
 */
export function splitByHash(fileName: string): Split {
  const speaker = fileName.replace(/_nohash_.*$/, '');
  const digest = createHash('sha1').update(speaker).digest();
  // SHA-1 as one number, modulo 2^27: its last 27 bits.
  const percent = ((digest.readUInt32BE(16) & mostClipsPerWord) * 100) / mostClipsPerWord;
  if (percent < 10) return 'validation';
  return percent < 20 ? 'test' : 'train';
}

/** `word/name.wav` lines of a list. */
export function readList(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

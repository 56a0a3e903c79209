import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * At most `most` whole numbers below `total`, in an order that only `seed` decides, each once: a Fisher-Yates shuffle that keeps only
 * what it has moved, so that a few can be drawn of 10^15. Draw i is the first 48 bits of SHA-256("seed:i"), the same
 * on any machine.
 */
export function* shuffled(total: number, seed: number, most: number): Generator<number> {
  const moved = new Map<number, number>();
  for (let next = 0; next < Math.min(total, most); next += 1) {
    const drawn = next + Math.floor(fraction(seed, next) * (total - next));
    yield moved.get(drawn) ?? drawn;
    moved.set(drawn, moved.get(next) ?? next);
    moved.delete(next);
  }
}

function fraction(seed: number, draw: number): number {
  const bytes = sha256(utf8ToBytes(`${seed}:${draw}`));
  return bytes.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 48;
}

const firstMs = 1_000;
const mostMs = 60_000;

/**
 * How long to wait before the next try: doubling from 1 s to 60 s, with half of it random, so that a lab that comes
 * back from a power cut is not stormed ("full jitter" halved; Brooker 2015).
 *
 * @param failures tries that failed in a row, from 1
 * @param random in [0, 1)
 */
export function backOffMs(failures: number, random: number): number {
  const full = Math.min(mostMs, firstMs * 2 ** (failures - 1));
  return full / 2 + (full / 2) * random;
}

/** The four 32-bit words of a generator's state, as a checkpoint keeps them. */
export type RandomState = readonly [number, number, number, number];

/** A seeded stream of random numbers, the same on every machine and engine. */
export interface Random {
  /** A whole number in [0, 2^32). */
  bits(): number;
  /** In [0, 1), a multiple of 2^−32. */
  unit(): number;
  /** A whole number in [0, below), `below` at most 2^32. */
  below(below: number): number;
  state(): RandomState;
}

/**
 * An independent stream for each `purpose` of a seed, so that dropout's draws do not move the shuffle's.
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
 */
export function randomFrom(seed: number, purpose: string): Random {
  const next = splitMix(seedHash(`${seed}/${purpose}`));
  return resumeRandom([next(), next(), next(), next()]);
}

/** Goes on where `state()` was taken. */
export function resumeRandom(from: RandomState): Random {
  let [a, b, c, d] = from;
  const bits = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
  return {
    bits,
    unit: () => bits() / 2 ** 32,
    below: (below) => Math.floor((bits() / 2 ** 32) * below),
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}

/** A random order of 0 … count − 1 (Fisher and Yates). */
export function shuffled(random: Random, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** FNV-1a, to 32 bits. */
function seedHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** SplitMix32, which the generator's authors recommend for filling its state. */
function splitMix(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}

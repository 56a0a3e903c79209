import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** The sizes of the axes of each grid, the slowest axis first. */
export type GridSizes = readonly (readonly number[])[];

/**
 * At most `most` places below `total`, in an order that only `seed` decides, each once. A total that the first way of
 * drawing treats evenly is drawn in that way for ever: trials that are done are of these points.
 */
export function* drawnPlaces(total: bigint, grids: GridSizes, seed: number, most: number): Generator<bigint> {
  if (!areEvenIn48Bits(total, grids)) yield* shuffledPlaces(total, most, wideDraw(seed));
  else for (const place of shuffled(Number(total), seed, most)) yield BigInt(place);
}

/**
 * At most `most` whole numbers below `total`, likewise. Draw i is the first 48 bits of SHA-256("seed:i"), the same on
 * any machine.
 */
export function* shuffled(total: number, seed: number, most: number): Generator<number> {
  const draw = (next: number, below: bigint): bigint =>
    BigInt(Math.floor(fraction(seed, next) * Number(below)));
  for (const place of shuffledPlaces(BigInt(total), most, draw)) yield Number(place);
}

/** A number below `below` for draw `next`. */
type Draw = (next: number, below: bigint) => bigint;

/** A Fisher-Yates shuffle that keeps only what it has moved, so that a few can be drawn of any number. */
function* shuffledPlaces(total: bigint, most: number, draw: Draw): Generator<bigint> {
  const moved = new Map<bigint, bigint>();
  for (let next = 0; next < most && BigInt(next) < total; next += 1) {
    const first = BigInt(next);
    const drawn = first + draw(next, total - first);
    yield moved.get(drawn) ?? drawn;
    moved.set(drawn, moved.get(first) ?? first);
    moved.delete(first);
  }
}

function fraction(seed: number, draw: number): number {
  const bytes = sha256(utf8ToBytes(`${seed}:${draw}`));
  return bytes.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 48;
}

const hashBits = 256;
/** Bits that are drawn beyond those of the total: no place comes more often than another by over 2^-64 of its share. */
const spareBits = 64;

/** Draws by as many hashes as the total needs: SHA-256("seed:i"), SHA-256("seed:i:1"), … */
const wideDraw =
  (seed: number): Draw =>
  (next, below) => {
    const blocks = Math.ceil((below.toString(2).length + spareBits) / hashBits);
    let drawn = 0n;
    for (let block = 0; block < blocks; block += 1) {
      const text = block === 0 ? `${seed}:${next}` : `${seed}:${next}:${block}`;
      for (const byte of sha256(utf8ToBytes(text))) drawn = (drawn << 8n) + BigInt(byte);
    }
    return (drawn * below) >> BigInt(blocks * hashBits);
  };

/** More places than this cannot be numbered by a double. */
const mostPlaces = 2n ** 53n;
/** A value's share may be off by 1/1024: a sample of a million points, the largest, hardly shows it. */
const fairness = 1024;

/**
 * Whether draws of 48 bits give each value of each axis its share. Such a draw u lands at u·total/2^48, so an axis sees
 * the fraction of u·P/2^48, where P is the number of turns that this axis makes. These fractions are multiples of 1/D
 * with D = 2^48 / (the powers of two in P): even where D is a multiple of the axis' size, and nearly so where D is far
 * larger. Any total up to 2^38 (2.7·10^11) passes, and of larger ones those that have few powers of two.
 */
function areEvenIn48Bits(total: bigint, grids: GridSizes): boolean {
  if (total > mostPlaces) return false;
  const twos = powersOfTwo(total);
  return grids.every((sizes) => {
    let turn = 1n;
    return sizes.toReversed().every((size) => {
      turn *= BigInt(size);
      const fractions = 2 ** (48 - Math.max(0, twos - powersOfTwo(turn)));
      return fractions >= fairness * size || fractions % size === 0;
    });
  });
}

/** How often a number above 0 can be halved. */
const powersOfTwo = (value: bigint): number => /0*$/.exec(value.toString(2))?.[0].length ?? 0;

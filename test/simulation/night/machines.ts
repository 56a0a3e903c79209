/** The machines of a modelled lab: 14 servers with 1 to 5 GPUs of three kinds, as a chair has bought them over years. */
import type { Random } from '../random.ts';

export const gib = 2 ** 30;

/** Round figures between those of a GTX 1070, an RTX 2080 Ti and an RTX 3090, by their data sheets. */
const kinds = [
  { kind: 'small', speed: 1, bytes: 8 * gib, limitWatts: 180 },
  { kind: 'middle', speed: 1.7, bytes: 11 * gib, limitWatts: 250 },
  { kind: 'large', speed: 3, bytes: 24 * gib, limitWatts: 350 },
] as const;
/** Most of a lab is old: of six servers three are small, two middle and one is large. */
const mix = [0, 0, 0, 1, 1, 2] as const;

const gpusOfHosts = [1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5] as const;
/** Places in that list. */
const weakSupplies: readonly number[] = [6, 12];
const badlyCooled: readonly number[] = [8, 11];

/** What a server takes without its GPUs, in watts. */
export const restWatts = 150;

export interface Gpu {
  readonly uuid: string;
  readonly index: number;
  readonly kind: string;
  /** Of a small one. */
  readonly speed: number;
  readonly bytes: number;
  readonly limitWatts: number;
}

export interface Machine {
  readonly name: string;
  /** All of one kind. */
  readonly gpus: readonly Gpu[];
  readonly cores: number;
  readonly bytes: number;
  /** What its power supply gives for more than a moment. Nobody knows it before the server goes down. */
  readonly supplyWatts: number;
  /** How far above the room a GPU at its limit comes, in °C: likewise unknown. */
  readonly riseCelsius: number;
}

/** @param isCalm whether all supplies and fans are as they should be */
export const machinesOf = (random: Random, isCalm: boolean): Machine[] =>
  gpusOfHosts.map((count, place) => machineOf(random, place, count, isCalm));

function machineOf(random: Random, place: number, count: number, isCalm: boolean): Machine {
  const { kind, speed, bytes, limitWatts } = kinds[random.pick(mix)];
  const isWeak = !isCalm && weakSupplies.includes(place);
  const isHot = !isCalm && badlyCooled.includes(place);
  const name = `host${String(place + 1).padStart(2, '0')}`;
  return {
    name,
    gpus: Array.from({ length: count }, (_, index) => ({
      uuid: `GPU-${name}-${index}`,
      index,
      kind,
      speed,
      bytes,
      limitWatts,
    })),
    cores: random.pick([8, 16, 32, 64]),
    bytes: random.pick([32, 64, 64, 128]) * gib,
    supplyWatts: restWatts + count * limitWatts * (isWeak ? 0.75 : 1.2),
    riseCelsius: isHot ? 64 : 44,
  };
}

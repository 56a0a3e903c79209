import { readFileSync } from 'node:fs';

/** The two units of /proc/PID/stat: they are the kernel's, not the same on every machine. */
export interface KernelUnits {
  readonly pageBytes: number;
  readonly tickMs: number;
}

const usual: KernelUnits = { pageBytes: 4096, tickMs: 10 };
/** Types of the auxiliary vector's entries (getauxval(3)). */
const atPageSize = 6;
const atClockTicks = 17;

export function kernelUnits(): KernelUnits {
  try {
    const vector = readFileSync('/proc/self/auxv');
    const entries = new Map<number, number>();
    for (let at = 0; at + 16 <= vector.length; at += 16)
      entries.set(Number(vector.readBigUInt64LE(at)), Number(vector.readBigUInt64LE(at + 8)));
    const ticks = entries.get(atClockTicks);
    return {
      pageBytes: entries.get(atPageSize) ?? usual.pageBytes,
      tickMs: ticks === undefined ? usual.tickMs : 1_000 / ticks,
    };
  } catch {
    return usual;
  }
}

import { own } from './own.ts';

const units: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** What a size looks like in a file. */
export const sizeExample = '500 MB, 8GB, 7.5 GiB or a number of bytes';

/** Bytes of `8GB` (10^9 each), `7.5 GiB` (2^30 each), or of a plain number of bytes; null where it is no size. */
export function parseSize(value: string | number): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.round(value) : null;
  const [, amount, unit = 'b'] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)?\s*$/i.exec(value) ?? [];
  const bytes = own(units, unit.toLowerCase());
  return amount === undefined || bytes === undefined ? null : Math.round(Number(amount) * bytes);
}

/** For people: `7.4 GiB`, `512 MiB`, `800 B`. */
export function formatSize(bytes: number): string {
  if (bytes < 0) return `-${formatSize(-bytes)}`;
  for (const [name, unit] of [
    ['TiB', 2 ** 40],
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    const amount = bytes / unit;
    // 1,023.99 KiB would round to 1,024 KiB.
    if (amount >= 0.9995) return `${Number(amount.toFixed(amount < 100 ? 1 : 0))} ${name}`;
  }
  return `${Math.round(bytes)} B`;
}

import { formatSize } from '../../model/size.ts';

/** How far something on its way to a host is: `sending Node 24.21.0: 45 % of 47.4 MiB`. */
export const sendingText = (what: string, bytes: number, size: number): string =>
  `sending ${what}: ${Math.floor((100 * bytes) / Math.max(1, size))} % of ${formatSize(size)}`;

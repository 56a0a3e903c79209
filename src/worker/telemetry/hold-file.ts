import { lstatSync } from 'node:fs';
import { uptime } from 'node:os';

/** Who touched the file that empties this host, and for how long it has been there. */
export interface Holding {
  readonly uid: number;
  readonly ms: number;
}

/**
 * Null where there is no such file, or one of before the last boot: whoever left it there has what it was for behind them.
 *
 * @param upMs since that boot
 */
export function readHold(file: string, upMs = uptime() * 1_000): Holding | null {
  try {
    // A link is its maker's, wherever it leads.
    const { uid, ctimeMs } = lstatSync(file);
    const ms = Date.now() - ctimeMs;
    return ms > upMs ? null : { uid, ms: Math.max(0, ms) };
  } catch {
    return null;
  }
}

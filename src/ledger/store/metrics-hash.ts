import { createHash } from 'node:crypto';
import type { MetricsLine } from '../../model/result/metrics.ts';
import { encode } from '../../protocol/framing.ts';

/** SHA-256 of metrics lines as an attempt's end vouches for them, in hexadecimal digits. */
export function metricsHashOf(lines: readonly MetricsLine[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(encode(line));
  return hash.digest('hex');
}

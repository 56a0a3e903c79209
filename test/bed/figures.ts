import { closeSync, constants, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What /proc of a host says of it. */
export interface Figures {
  /** Its load average. Whoever causes it waits for a disk: in a file that nobody rewrites, no core's time can pass. */
  readonly load: number;
  readonly memoryTotalBytes: number;
  readonly memoryAvailableBytes: number;
}

const cores = 8;
const gib = 1024 ** 3;

export const idleFigures: Figures = {
  load: 0.05,
  memoryTotalBytes: 32 * gib,
  memoryAvailableBytes: 30 * gib,
};

export function writeFigures(folder: string, figures: Figures): void {
  mkdirSync(folder, { recursive: true });
  rewrite(join(folder, 'meminfo'), meminfo(figures));
  rewrite(join(folder, 'loadavg'), loadavg(figures));
  rewrite(join(folder, 'stat'), stat(figures));
}

/** proc_meminfo(5) */
function meminfo({ memoryTotalBytes: total, memoryAvailableBytes: available }: Figures): string {
  const lines: [string, number][] = [
    ['MemTotal', total],
    ['MemFree', Math.max(0, available - gib)],
    ['MemAvailable', available],
    ['Buffers', gib / 8],
    ['Cached', Math.min(available, (gib * 7) / 8)],
    ['SwapCached', 0],
    ['SwapTotal', 2 * gib],
    ['SwapFree', 2 * gib],
  ];
  return lines
    .map(([name, bytes]) => `${`${name}:`.padEnd(15)} ${String(Math.round(bytes / 1024)).padStart(8)} kB\n`)
    .join('');
}

/** proc_loadavg(5) */
function loadavg({ load }: Figures): string {
  const average = load.toFixed(2);
  return `${average} ${average} ${average} 1/321 4242\n`;
}

/** proc_stat(5) */
function stat({ load }: Figures): string {
  const times = '120000 400 60000 40000000 2000 0 300 0 0 0';
  const each = Array.from({ length: cores }, (_, core) => `cpu${core} 15000 50 7500 5000000 250 0 37 0 0 0`);
  return [
    `cpu  ${times}`,
    ...each,
    'intr 0',
    'ctxt 90000000',
    `btime ${Math.floor(Date.now() / 1000)}`,
    'processes 40000',
    'procs_running 1',
    `procs_blocked ${Math.round(load)}`,
    'softirq 0 0 0 0 0 0 0 0 0 0 0',
    '',
  ].join('\n');
}

/** The files are mounted over the kernel's, so they are rewritten where they are: in one write, which no reader sees half. */
function rewrite(path: string, text: string): void {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  try {
    writeSync(file, text, 0);
    ftruncateSync(file, Buffer.byteLength(text));
  } finally {
    closeSync(file);
  }
}

/**
 * What nvidia-smi prints for --query-gpu and --query-compute-apps with --format=csv,noheader,nounits (nvidia-smi(1)).
 * Where a figure is missing, drivers up to 440 write `[Not Supported]`, later ones `[N/A]`, some `N/A`; a GPU in
 * trouble has `[Unknown Error]`, `[GPU is lost]` or `[GPU requires reset]` in its fields. Pure.
 */

/** Asked for again without where the driver (before 450) does not know it. */
const newField = 'mig.mode.current';

/** In the order of the columns. */
export const gpuFields = [
  'index',
  'uuid',
  'name',
  'memory.total',
  'memory.used',
  'utilization.gpu',
  'temperature.gpu',
  'power.draw',
  newField,
  'power.limit',
] as const;
export const oldGpuFields = gpuFields.filter((field) => field !== newField);
/** Of a line of figures; the limit may be missing. */
const leastColumns = 8;

export const appFields = ['gpu_uuid', 'pid', 'used_memory'] as const;

/** A GPU at one moment. */
export interface GpuLine {
  readonly uuid: string;
  readonly index: number;
  readonly name: string;
  /** `host`: it has none of its own and works in the host's (GB10). */
  readonly memory: { readonly usedBytes: number; readonly totalBytes: number } | 'host';
  /** Share of 1. */
  readonly utilisation: number | null;
  readonly temperatureCelsius: number | null;
  readonly powerWatts: number | null;
  readonly powerLimitWatts: number | null;
  /** Why it cannot be used, for a person. */
  readonly problem: string | null;
}

/** A process that computes on a GPU. */
export interface AppLine {
  readonly uuid: string;
  readonly pid: number;
  /** 0 where the driver does not say. */
  readonly bytes: number;
}

const mib = 2 ** 20;

/** Jetsons write it without its prefix. */
const isUuid = (text: string): boolean => /^GPU-|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Null where the line is not one of figures: then it is words for a person. */
export function parseGpuLine(line: string): GpuLine | null {
  const columns = line.split(',').map((column) => column.trim());
  const [index = '', uuid = '', name = '', total = '', used = '', ...rest] = columns;
  const [utilisation = '', temperature = '', power = '', mig = '', powerLimit = ''] = rest;
  const isComplete = columns.length >= leastColumns;
  if (!isComplete || numberOf(index) === null || !isUuid(uuid)) return null;
  const memory = memoryOf(total, used);
  return {
    uuid,
    index: Number(index),
    name,
    memory: memory ?? { usedBytes: 0, totalBytes: (numberOf(total) ?? 0) * mib },
    utilisation: scaled(utilisation, 1 / 100),
    temperatureCelsius: numberOf(temperature),
    powerWatts: numberOf(power),
    // Without the column of MIG the limit is in its place.
    powerLimitWatts: numberOf(powerLimit) ?? numberOf(mig),
    problem: problemOf(columns, mig, memory === null ? used : null),
  };
}

function memoryOf(total: string, used: string): GpuLine['memory'] | null {
  if (isNotTold(total) && isNotTold(used)) return 'host';
  const [totalMib, usedMib] = [numberOf(total), numberOf(used)];
  return totalMib === null || usedMib === null
    ? null
    : { usedBytes: usedMib * mib, totalBytes: totalMib * mib };
}

function problemOf(columns: readonly string[], mig: string, unreadableMemory: string | null): string | null {
  const trouble = columns.find((column) => /requires reset|is lost|^\[?ERR!/i.test(column));
  if (trouble !== undefined) return trouble.replace(/^\[|\]$/g, '');
  if (unreadableMemory !== null) return `its memory reads ${unreadableMemory}`;
  return mig === 'Enabled' ? 'it is split by MIG, whose parts labsweep does not hand out yet' : null;
}

/** Null where the line is not one of a process. */
export function parseAppLine(line: string): AppLine | null {
  const [uuid = '', pid = '', used = ''] = line.split(',').map((column) => column.trim());
  const number = numberOf(pid);
  if (!/^(GPU|MIG)-/.test(uuid) || number === null) return null;
  return { uuid, pid: number, bytes: scaled(used, mib) ?? 0 };
}

/** Whether the driver is too old for the last of `gpuFields`. */
export const isUnknownField = (line: string): boolean => /is not a valid field to query/.test(line);

/** Words after which figures may follow: of one GPU that cannot be reached, or a warning. */
export const isRemark = (line: string): boolean =>
  /^warning|unable to determine the device handle|is lost|fallen off/i.test(line);

const isNotTold = (text: string): boolean => /^\[?(N\/A|Not Supported)\]?$/i.test(text);

/** Null for every way in which a driver says that it does not know. */
const numberOf = (text: string): number | null => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null);

function scaled(text: string, factor: number): number | null {
  const value = numberOf(text);
  return value === null ? null : value * factor;
}

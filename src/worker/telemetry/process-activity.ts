/**
 * Which processes on GPUs compute, by `nvidia-smi pmon -s u` (nvidia-smi(1), "Process Monitoring"): a line a process and second,
 * with per cent of each engine, or `-` where nothing of it was sampled in that second. The columns differ from driver to
 * driver (`jpg` and `ofa` came with 530); a line that begins with `# gpu` names them. A GPU without processes has one of dashes.
 */

/** One line. */
export interface ActivityLine {
  /** The driver's number of the GPU. */
  readonly index: number;
  /** Null where the GPU has no process. */
  readonly pid: number | null;
  /** Null where the driver does not tell. */
  readonly computes: boolean | null;
}

const engines: ReadonlySet<string> = new Set(['sm', 'mem', 'enc', 'dec', 'jpg', 'ofa']);
const firstColumns = ['gpu', 'pid', 'type', 'sm', 'mem', 'enc', 'dec', 'command'];

export class ActivityTable {
  #columns: readonly string[] = firstColumns;

  /** Null where the line is none of a process. */
  read(line: string): ActivityLine | null {
    const words = line.trim().split(/\s+/);
    if (words[0] === '#' && words[1] === 'gpu') this.#columns = words.slice(1);
    const [index = '', pid = ''] = words;
    if (!/^\d+$/.test(index) || !/^(\d+|-)$/.test(pid)) return null;
    const shares = this.#columns.flatMap((column, place) =>
      engines.has(column) ? [Number(words[place])] : [],
    );
    const told = shares.filter((share) => !Number.isNaN(share));
    return {
      index: Number(index),
      pid: pid === '-' ? null : Number(pid),
      computes: told.length === 0 ? null : told.some((share) => share > 0),
    };
  }
}

/** What the driver has told of each GPU, row by row, and which one gives trouble that lasts. */
import type { GpuLine } from './nvidia-smi-lines.ts';

/** A GPU as the driver told of it last. */
export interface ToldGpu {
  readonly gpu: GpuLine;
  readonly at: number;
}

interface Told extends ToldGpu {
  /** Its last row without trouble, else its first: what cannot be read for a moment is no GPU of another size. */
  readonly described: GpuLine;
  /** Rows in a row that speak of trouble; all of them where there was none without. */
  readonly badRows: number;
  /** Rows of others since its own last. */
  missed: number;
}

/** Rows, one a second: a sensor that cannot be read for a moment is no broken GPU. */
const rowsThatLast = 60;

export class ToldGpus {
  readonly #told = new Map<string, Told>();

  /** By index. */
  get all(): readonly Told[] {
    return [...this.#told.values()].sort((one, other) => one.gpu.index - other.gpu.index);
  }

  get isEmpty(): boolean {
    return this.#told.size === 0;
  }

  hear(gpu: GpuLine, at: number): void {
    const before = this.#told.get(gpu.uuid);
    for (const told of this.#told.values()) told.missed += 1;
    const described = gpu.problem === null ? gpu : (before?.described ?? gpu);
    this.#told.set(gpu.uuid, { gpu, at, described, badRows: badRowsOf(gpu, before), missed: 0 });
  }

  /** Each with what is wrong with it and stays so; null where that is nothing. */
  described(): readonly { readonly gpu: GpuLine; readonly trouble: string | null }[] {
    return this.all.map(({ gpu, described, badRows, missed }) => {
      const isGone = missed > 0 && missed >= rowsThatLast * (this.#told.size - 1);
      if (isGone) return { gpu: described, trouble: 'nvidia-smi shows it no more' };
      return { gpu: described, trouble: badRows >= rowsThatLast ? gpu.problem : null };
    });
  }
}

/** One that was never seen to work has nothing that speaks for a moment's trouble. */
function badRowsOf({ problem }: GpuLine, before: Told | undefined): number {
  if (problem === null) return 0;
  return before === undefined ? rowsThatLast : before.badRows + 1;
}

import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixture } from './real-agent.ts';

/** The UUID of a card. */
export const gpu = (index: number): string => `GPU-0000000${index}`;

/** A driver whose figures a test writes. */
export class Driver {
  readonly folder = mkdtempSync(join(tmpdir(), 'labsweep-driver-'));
  readonly #gpus = [0, 1].map((index) => ({ index, used: 100, busy: 0, celsius: 40 }));

  constructor() {
    copyFileSync(fixture('nvidia-smi'), join(this.folder, 'nvidia-smi'));
    this.put('apps', '');
    this.put('pmon', '');
    this.tell(0, {});
  }

  /** Two cards of 16 GiB: MiB used, per cent, degrees Celsius. */
  tell(index: number, figures: Partial<{ used: number; busy: number; celsius: number }>): void {
    Object.assign(this.#gpus[index] ?? {}, figures);
    const lines = this.#gpus.map(
      ({ index: at, used, busy, celsius }) =>
        `${at}, ${gpu(at)}, NVIDIA RTX A4000, 16384, ${used}, ${busy}, ${celsius}, 40.10, [N/A]\n`,
    );
    this.put('gpus', lines.join(''));
  }

  /** In one step: whoever reads has the old file or the new one. */
  put(name: string, text: string): void {
    writeFileSync(join(this.folder, `${name}.next`), text);
    renameSync(join(this.folder, `${name}.next`), join(this.folder, name));
  }

  forget(name: string): void {
    rmSync(join(this.folder, name));
  }

  /** Its processes that live. */
  processes(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => {
        try {
          return pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.folder);
        } catch {
          return false;
        }
      });
  }
}

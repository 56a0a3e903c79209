/** A person at the laptop of a bed, in a folder of sweeps of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bed, Ended } from '../bed/bed.ts';
import { ended } from '../bed/laptop.ts';

type InventoryHost = ReturnType<Bed['inventory']>['hosts'][number];

/** A command that runs. */
export interface Begun {
  /** What it has said on its standard output so far. */
  said(): string;
  readonly ended: Promise<Ended>;
  kill(): Promise<void>;
}

export class Person {
  readonly folder: string;
  /** Which labsweep this person has. */
  command = join(import.meta.dirname, '../../bin/labsweep.js');
  readonly #bed: Bed;
  readonly #begun: Begun[] = [];

  /** @param of how an entry of this person's inventory differs from the bed's */
  constructor(bed: Bed, of: (host: InventoryHost) => object = (host) => host) {
    this.#bed = bed;
    this.folder = mkdtempSync(join(tmpdir(), 'labsweep-person-'));
    this.write('inventory.json', JSON.stringify({ hosts: bed.inventory().hosts.map(of) }));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Types a command and waits for its end. */
  async type(...args: readonly string[]): Promise<Ended> {
    return this.begin(...args).ended;
  }

  /** Types a command and lets it run. */
  begin(...args: readonly string[]): Begun {
    const child = this.#bed.spawn(process.execPath, [this.command, ...args], { cwd: this.folder });
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const whole = ended(child);
    const begun = {
      said: () => said,
      ended: whole,
      kill: async () => {
        child.kill('SIGKILL');
        await whole;
      },
    };
    this.#begun.push(begun);
    return begun;
  }

  /** `status --json`'s hosts. */
  async hosts(): Promise<readonly HostStatus[]> {
    const { stdout } = await this.type('status', '--json');
    const { hosts }: { hosts: readonly HostStatus[] } = JSON.parse(stdout);
    return hosts;
  }

  /** The scores of the last sweep, in order. */
  async scores(): Promise<number[]> {
    const { stdout } = await this.type('leaderboard', '--json');
    const { rows }: { rows: readonly { metrics: { score: { mean: number } } }[] } = JSON.parse(stdout);
    return rows.map(({ metrics }) => metrics.score.mean).toSorted((a, b) => a - b);
  }

  async leave(): Promise<void> {
    await Promise.all(this.#begun.map((begun) => begun.kill()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface HostStatus {
  readonly name: string;
  readonly state: string;
  readonly running: number;
  readonly queued: number;
  readonly others: readonly { owner: string; running: number; waiting: number; ended: number }[];
  readonly devices: readonly { device: string; index: number; memoryUsedBytes: number; trials: unknown[] }[];
}

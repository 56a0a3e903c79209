/** A lab of one host in a folder of its own, in which the real command is typed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { slots } from './work.ts';

const labsweep = join(import.meta.dirname, '../bin/labsweep.js');

export interface LabSweep {
  readonly command: readonly string[];
  readonly grid: Readonly<Record<string, unknown>>;
  /** How many files the program has; none are counted where this is left out. */
  readonly files?: number;
}

/** Of a script, as many projects have them. */
const fileBytes = 4_000;
const filesInAFolder = 50;

export class Lab {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.inventory(slots);
  }

  /** One host, this machine, with room for so many trials at once. */
  inventory(room: number): void {
    // Others use this machine while it is measured, and that must keep nothing from starting.
    const limits = { slots: room, load: 1_000 };
    const host = { name: 'here', transport: 'local', folder: join(this.folder, 'host'), limits };
    writeFileSync(join(this.folder, 'inventory.json'), JSON.stringify({ hosts: [host] }));
  }

  /** Writes `NAME.yaml`: YAML 1.2 is a superset of JSON. */
  write(name: string, { command, grid, files = 0 }: LabSweep): void {
    for (let file = 0; file < files; file += 1) {
      const folder = join(this.folder, 'program', String(Math.floor(file / filesInAFolder)));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${file}.py`), '#'.repeat(fileBytes));
    }
    const sweep = {
      program: { command, ...(files === 0 ? {} : { files: 'program' }) },
      objective: { metric: 'score', goal: 'maximize' },
      resources: { cpus: 0 },
      grid,
    };
    writeFileSync(join(this.folder, `${name}.yaml`), JSON.stringify(sweep));
  }

  /** @param onLine gets each line of the command's standard output */
  type(args: readonly string[], onLine: (line: string) => void = () => {}): Typed {
    const began = performance.now();
    const child = spawn(process.execPath, [labsweep, ...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    createInterface(child.stdout).on('line', onLine);
    const complaint = text(child.stderr);
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        const ms = performance.now() - began;
        if (expectedCodes.includes(code)) resolve(ms);
        else void complaint.then((words) => reject(new Error(`labsweep ${args.join(' ')}: ${words}`)));
      });
    });
    return { child, ended };
  }

  /** It would end by itself after a minute, and be in the way of what is measured next. */
  async endAgent(): Promise<void> {
    const hosts = join(this.folder, 'host/host');
    for (const machine of existsSync(hosts) ? readdirSync(hosts) : []) {
      const { pid }: { pid: number } = JSON.parse(readFileSync(join(hosts, machine, 'agent.json'), 'utf8'));
      while (signalled(pid)) await pause(5);
    }
  }
}

/** False once it is gone. */
function signalled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGTERM');
  } catch {
    return false;
  }
}

/** Done, interrupted or killed on purpose. */
const expectedCodes: readonly (number | null)[] = [0, 130, null];

export interface Typed {
  readonly child: ChildProcess;
  /** Milliseconds from the command to its end. Rejects with what it complained of, where it failed. */
  readonly ended: Promise<number>;
}

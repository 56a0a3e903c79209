import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Figures, idleFigures, writeFigures } from './figures.ts';
import { type Gpu, type Mood, gpuUuid, writeGpus } from './gpus.ts';
import { type Ended, ended } from './laptop.ts';
import type { CompleteHost } from './options.ts';

/** A line to the far side of the world: one-way delay, and more where given, each way. */
export interface Line {
  readonly delayMs: number;
  readonly jitterMs?: number;
  readonly lossPercent?: number;
  readonly rateMbit?: number;
}

/** A host of a bed, and what can happen to it. */
export class BedHost {
  readonly name: string;
  readonly address: string;
  readonly #folder: string;
  readonly #control: string;
  #figures = idleFigures;
  #gpus: readonly Gpu[];
  #mood: Mood = { kind: 'answers' };
  #hasNvidiaSmi: boolean;

  /** @param control the bed's command for its hosts */
  constructor(folder: string, control: string, options: CompleteHost) {
    this.name = options.name;
    this.address = options.address;
    this.#folder = join(folder, 'hosts', options.name);
    this.#control = control;
    this.#gpus = options.gpus;
    this.#hasNvidiaSmi = options.gpus.length > 0;
  }

  /** Power loss: it is gone without a word, no FIN leaves it. */
  crash = (): Promise<void> => this.#act('crash');
  /** Power loss that takes along, by chance, what was written to its own home in the last 30 s. @returns each file's fate */
  crashTorn = (seed: number): Promise<string> => this.#do('crash', '--torn', String(seed));
  /** An orderly shutdown: its processes get SIGTERM and 2 s, its connections are closed. */
  halt = (): Promise<void> => this.#act('halt');
  /** Power loss and a start: another boot id, an empty /tmp; home and everything else on disk is there. */
  reboot = (): Promise<void> => this.#act('reboot');
  start = (): Promise<void> => this.#act('start');
  /** Pulls the cable. The host sees it; new connections are told "no route to host" after a while. */
  cut = (): Promise<void> => this.#act('cut');
  heal = (): Promise<void> => this.#act('heal');
  /** Drops every packet on the way, which neither side sees; new connections wait until they time out. */
  drop = (): Promise<void> => this.#act('drop');
  undrop = (): Promise<void> => this.#act('undrop');
  /** Nothing that it sends arrives, and what it is sent does: a connection that is half open. */
  mute = (): Promise<void> => this.#act('mute');
  /** The other way round. */
  deafen = (): Promise<void> => this.#act('deafen');
  bothWays = (): Promise<void> => this.#act('both-ways');
  unwan = (): Promise<void> => this.#act('unwan');

  wan({ delayMs, jitterMs = 0, lossPercent = 0, rateMbit = 0 }: Line): Promise<void> {
    return this.#act('wan', ...[delayMs, jitterMs, lossPercent, rateMbit].map(String));
  }

  /** Runs a command inside, as root. */
  exec(command: string, args: readonly string[] = [], input: string | Buffer = ''): Promise<Ended> {
    return ended(spawn(this.#control, ['exec', this.name, command, ...args]), input);
  }

  /** What its /proc says from now on; what is left out stays. */
  setFigures(figures: Partial<Figures>): void {
    this.#figures = { ...this.#figures, ...figures };
    writeFigures(join(this.#folder, 'proc'), this.#figures);
  }

  /** What its nvidia-smi says from now on. It is there from the first GPU on. */
  async setGpus(gpus: readonly Gpu[]): Promise<void> {
    this.#gpus = gpus;
    writeGpus(join(this.#folder, 'gpus'), this.name, this.#gpus, this.#mood);
    if (gpus.length > 0 && !this.#hasNvidiaSmi) await this.#installNvidiaSmi(true);
  }

  /** `missing` takes the program away; every other mood puts it there. */
  async setNvidiaSmi(mood: Mood | { readonly kind: 'missing' }): Promise<void> {
    if (mood.kind !== 'missing') {
      this.#mood = mood;
      writeGpus(join(this.#folder, 'gpus'), this.name, this.#gpus, mood);
    }
    await this.#installNvidiaSmi(mood.kind !== 'missing');
  }

  /** UUID of a GPU, by its number. */
  gpuUuid(index: number): string {
    return gpuUuid(this.name, index);
  }

  async #installNvidiaSmi(there: boolean): Promise<void> {
    const path = '/usr/local/bin/nvidia-smi';
    const { code, stderr } = there
      ? await this.exec('sh', ['-c', `touch /dev/dxg; ln -sf ../lib/bed/nvidia-smi ${path}`])
      : await this.exec('rm', ['-f', path]);
    if (code !== 0) throw new Error(`${this.name}: nvidia-smi stays as it is: ${stderr}`);
    this.#hasNvidiaSmi = there;
  }

  async #act(verb: string, ...args: string[]): Promise<void> {
    await this.#do(verb, ...args);
  }

  /** @returns what it says */
  async #do(verb: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await ended(spawn(this.#control, [verb, this.name, ...args]));
    if (code !== 0) throw new Error(`${verb} ${this.name}: ${stderr.trim()}`);
    return stdout;
  }
}

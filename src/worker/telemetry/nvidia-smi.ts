import { isDeepStrictEqual } from 'node:util';
import type { GpuFacts } from '../../protocol/messages.ts';
import type { GpuHardware } from './gpu-hardware.ts';
import { LongLived } from './long-lived.ts';
import {
  type AppLine,
  appFields,
  type GpuLine,
  gpuFields,
  isRemark,
  isUnknownField,
  oldGpuFields,
  parseAppLine,
  parseGpuLine,
} from './nvidia-smi-lines.ts';
import { type ActivityLine, ActivityTable } from './process-activity.ts';
import { type ToldGpu, ToldGpus } from './told-gpus.ts';

export interface NvidiaSmiOptions {
  /** Null where the host has no such program: it gives no GPUs then. */
  readonly program: string | null;
  /** What the machine has, whatever its driver says. */
  readonly hardware: () => GpuHardware;
  /** The host's memory, which some GPUs work in, in bytes. */
  readonly hostMemoryBytes: number;
  readonly now: () => number;
  /** `gpus` or `problem` are not what they were. */
  readonly changed: () => void;
}

const everyMs = 1_000;
/** A driver that is being loaded, as at boot, fails once or twice. */
const failuresThatCount = 3;
/** Rows of several GPUs come together, and may be read in parts. */
const togetherMs = 200;
const silentMs = { first: 30_000, later: 5_000 };
/** A process that two lists have not named is gone. */
const processLastsMs = 2.5 * everyMs;
/** What was said before figures came again is no problem any more. */
const wordsLastMs = 3 * everyMs;

/**
 * The GPUs of this host by three long-lived nvidia-smi, one for the GPUs, one for their processes and one for what these
 * compute: a start of it takes up to seconds and a lock of the driver. Nothing here waits: what was told last is there at any moment, with its age.
 */
export class NvidiaSmi {
  readonly #options: NvidiaSmiOptions;
  readonly #gpus = new ToldGpus();
  readonly #apps = new Map<string, AppLine & { readonly at: number }>();
  readonly #activity = new Map<string, ActivityLine & { readonly at: number }>();
  #facts: readonly GpuFacts[] | null;
  #words: { readonly text: string; readonly at: number } | null = null;
  /** What it has said once, before the figures: of a GPU that it cannot reach, or a warning. */
  #remark: string | null = null;
  /** Whether it has told of a GPU since it was started last: under load it may be silent for a moment then. */
  #hasTold = false;
  #together: NodeJS.Timeout | undefined;
  /** In a row, without figures. */
  #failures = 0;
  #isBroken = false;
  #readers: readonly LongLived[] = [];

  constructor(options: NvidiaSmiOptions) {
    this.#options = options;
    const { program } = options;
    this.#facts = program === null ? [] : null;
    if (program === null) {
      if (options.hardware() === 'on-bus') this.#remark = 'it has an NVIDIA GPU, and there is no nvidia-smi';
      return;
    }
    const apps = new LongLived({
      command: commandOf(program, 'compute-apps', appFields),
      said: (line) => this.#heardOfApp(line),
      ended: () => {},
      silentMs: null,
    });
    const table = new ActivityTable();
    // Drivers and GPUs that do not tell of it say so and end.
    const activity = new LongLived({
      command: [program, 'pmon', '-s', 'u', '-d', String(everyMs / 1_000)],
      said: (line) => this.#heardOfActivity(table.read(line)),
      ended: () => {},
      silentMs: null,
    });
    let asksForMig = true;
    const gpus: LongLived = new LongLived({
      command: commandOf(program, 'gpu', gpuFields),
      said: (line) => {
        if (!asksForMig || !isUnknownField(line)) return this.#heardOfGpu(line);
        asksForMig = false;
        gpus.restart(commandOf(program, 'gpu', oldGpuFields));
        return false;
      },
      ended: (why) => {
        // A driver that hangs for one hangs for the others, which may have nothing to say in the best of times.
        if (why === 'silent') for (const other of [apps, activity]) other.restart();
        this.#endedFor(why);
      },
      silentMs,
    });
    this.#readers = [apps, activity, gpus];
  }

  /** By index; null while nothing has been heard. What was found once stays. */
  get facts(): readonly GpuFacts[] | null {
    return this.#facts;
  }

  /** What nvidia-smi says instead of figures, or of a GPU that it has no figures of. */
  get problem(): string | null {
    const silently = this.#failures > 0 ? 'nvidia-smi ended without a word' : null;
    return this.#words?.text ?? this.#remark ?? silently;
  }

  /** Whether the machine has a GPU and its driver fails to show any, or shows none any more. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Each GPU that was ever told of, by index. */
  get gpus(): readonly ToldGpu[] {
    return this.#gpus.all;
  }

  /** Processes that compute on a GPU now. */
  apps(): readonly AppLine[] {
    const now = this.#options.now();
    for (const [key, { at }] of this.#apps) if (now - at > processLastsMs) this.#apps.delete(key);
    return [...this.#apps.values()];
  }

  /** What of them computes, as far as the driver tells. */
  activity(): readonly ActivityLine[] {
    const now = this.#options.now();
    for (const [key, { at }] of this.#activity) if (now - at > processLastsMs) this.#activity.delete(key);
    return [...this.#activity.values()];
  }

  /** Somebody may have mended the driver: it is asked at once, and not after a pause of up to a minute. */
  askAgain(): void {
    if (this.#failures === 0) return;
    [this.#failures, this.#isBroken, this.#facts, this.#words] = [0, false, null, null];
    for (const reader of this.#readers) reader.restart();
    this.#options.changed();
  }

  close(): void {
    clearTimeout(this.#together);
    for (const reader of this.#readers) reader.close();
  }

  #heardOfGpu(line: string): boolean {
    const at = this.#options.now();
    const gpu = parseGpuLine(line);
    if (gpu === null) {
      this.#say(line.trim());
      return false;
    }
    this.#gpus.hear(gpu, at);
    const isOver = this.#words !== null && at - this.#words.at > wordsLastMs;
    if (isOver) this.#words = null;
    const wasBroken = this.#isBroken;
    [this.#failures, this.#isBroken, this.#hasTold] = [0, false, true];
    if (this.#facts === null) this.#together ??= setTimeout(() => this.#found(), togetherMs);
    else if (this.#describe() || isOver || wasBroken) this.#options.changed();
    return true;
  }

  #found(): void {
    this.#together = undefined;
    if (this.#describe()) this.#options.changed();
  }

  /** @returns whether they are other facts than before */
  #describe(): boolean {
    const facts = this.#gpus.described().map((told) => this.#factsOf(told));
    const isNew = !isDeepStrictEqual(facts, this.#facts);
    this.#facts = facts;
    return isNew;
  }

  #heardOfApp(line: string): boolean {
    const app = parseAppLine(line);
    if (app !== null) this.#apps.set(`${app.uuid} ${app.pid}`, { ...app, at: this.#options.now() });
    return app !== null;
  }

  #heardOfActivity(line: ActivityLine | null): boolean {
    if (line !== null)
      this.#activity.set(`${line.index} ${line.pid ?? ''}`, { ...line, at: this.#options.now() });
    return line !== null;
  }

  #endedFor(why: 'exited' | 'silent'): void {
    this.#say(why === 'silent' ? 'nvidia-smi does not answer' : (this.#words?.text ?? ''));
    this.#remark = null;
    if (this.#gpus.isEmpty && this.#options.hardware() === 'none') {
      // The driver's tools on a server without a GPU.
      [this.#facts, this.#words] = [[], null];
    } else {
      this.#failures += 1;
      this.#isBroken = this.#failures >= failuresThatCount || (why === 'silent' && !this.#hasTold);
      this.#hasTold = false;
      if (this.#isBroken) this.#describe();
    }
    this.#options.changed();
  }

  /** The first line of what it says tells most. */
  #say(text: string): void {
    if (text === '') return;
    if (isRemark(text)) this.#remark ??= text;
    const at = this.#options.now();
    const isOld = this.#words === null || at - this.#words.at > wordsLastMs;
    const before = this.#words?.text;
    this.#words = { text: isOld ? text : (before ?? text), at };
    if (this.#words.text !== before) this.#options.changed();
  }

  #factsOf({ gpu, trouble: problem }: { readonly gpu: GpuLine; readonly trouble: string | null }): GpuFacts {
    const { uuid, index, name, memory } = gpu;
    const memoryBytes = memory === 'host' ? this.#options.hostMemoryBytes : memory.totalBytes;
    return { uuid, index, name, memoryBytes, problem };
  }
}

const commandOf = (program: string, what: string, fields: readonly string[]): readonly string[] => [
  program,
  `--query-${what}=${fields.join(',')}`,
  '--format=csv,noheader,nounits',
  '-lms',
  String(everyMs),
];

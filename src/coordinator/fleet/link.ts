/** One host's connection: connect, say hello, pass messages both ways, and again after a cut. */
import type { Duplex } from 'node:stream';
import type { Artifact } from '../../model/result/attempt-end.ts';
import type { AttemptId, HostName, LaunchId, LedgerId } from '../../model/ids.ts';
import type { HostSettings } from '../../model/inventory/inventory.ts';
import type { Launch } from '../../model/launch.ts';
import { encode } from '../../protocol/framing.ts';
import { type HostSaid, protocolVersion, type ToAgent } from '../../protocol/messages.ts';
import type { CoordinatorEvent } from '../core/events.ts';
import { type Transport, TransportError } from '../transport/transport.ts';
import { newNonce } from './nonce.ts';
import { backOffMs } from './back-off.ts';
import type { Checkpoints } from './checkpoints.ts';
import { Conduct } from './conduct.ts';
import { enter } from './enter.ts';
import { Errands } from './errands.ts';
import { endsWithLogin } from './left-behind.ts';
import { distrustText, hear } from './hearing.ts';
import { intactFiles } from './inline-artifacts.ts';
import type { Packs } from './packs.ts';
import type { Probe } from './probe.ts';
import { SilenceWatch, silentAgentText } from './silence-watch.ts';
import type { WheelHouse } from './wheel-house.ts';

export interface LinkOptions {
  readonly host: HostName;
  readonly transport: Transport;
  /** labsweep's folder on the host: absolute or below `~`. */
  readonly folder: string;
  /** On this machine, the Node that runs here; null elsewhere. */
  readonly node: string | null;
  /** The agent's file on this machine, and what launches are shipped from. */
  readonly agentFile: string;
  readonly packs: Packs;
  readonly wheels: WheelHouse;
  /** What the inventory says of the host's trials. */
  readonly settings: HostSettings;
  /** Where the values of `passEnv` are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where an attempt's artifacts go on this machine. */
  readonly artifacts: (attempt: AttemptId) => string;
  /** On the same disk, for what is on its way. */
  readonly parts: string;
  readonly ledger: LedgerId;
  /** Whose it is and where it lies, for the others on the host. */
  readonly owner: string;
  /** The coordinator's, now: a host that knows a later one raises it. */
  readonly term: () => number;
  readonly post: (event: CoordinatorEvent) => void;
  /** The entry of the inventory that has this machine and folder already, or null: it is this one's now. */
  readonly twinOf: (probe: Probe) => HostName | null;
}

const sayEveryMs = 250;
/** For a host that has gone meanwhile, nobody waits longer. */
const lastWordsMs = 2_000;

/** By then a turn of the loop has raised the term; if not, the host says so once more. */
const termRaisedMs = 100;

export class HostLink {
  readonly #options: LinkOptions;
  readonly #conduct = new Conduct();
  #errands: Errands | null = null;
  #stream: Duplex | null = null;
  #watch: SilenceWatch | null = null;
  #endsWithLogin: string | null = null;
  #outgoing = '';
  #failures = 0;
  #hasGpus = false;
  #wasServed = false;
  /** It was turned away by a host that knows a later term, and says hello again in the one after that. */
  #isOutlived = false;
  /** Its agent was there a moment ago, and has not spoken since. */
  #isAwaited = false;
  /** An agent that was there has not spoken, and was looked for once more since. */
  #isOnceMore = false;
  #saidAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #connecting = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Null while it is not connected. */
  get checkpoints(): Checkpoints | null {
    return this.#errands?.checkpoints ?? null;
  }

  /** At once, whatever it waits for. */
  retry(): void {
    if (this.#connecting || this.#stream !== null) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#closed = false;
    this.#failures = 0;
    void this.connect();
  }

  async connect(): Promise<void> {
    this.#connecting = true;
    await this.#connect();
    this.#connecting = false;
  }

  async #connect(): Promise<void> {
    const { transport, agentFile } = this.#options;
    try {
      const { agent, probe } = await enter(this.#options, agentFile, (what) => this.#doing(what));
      const twin = this.#options.twinOf(probe);
      if (twin !== null) return this.#isTwinOf(twin);
      this.#isAwaited = true;
      const stream = await transport.attach(agent);
      // It may have been closed meanwhile: a stream that nobody waits for would keep the process.
      if (this.#closed) stream.destroy();
      else this.#listen(stream, probe);
    } catch (error) {
      if (error instanceof TransportError && error.kind === 'endless') this.#distrust(error.message);
      else if (error instanceof TransportError && error.lasting) this.#giveUp(error.message);
      else this.#lost(error instanceof Error ? error.message : String(error));
    }
  }

  /** Messages of one turn leave in one write. What is sent while the host is away is dropped: `state` reconciles. */
  send(message: ToAgent): void {
    if (this.#stream === null) return;
    if (this.#outgoing === '') queueMicrotask(() => this.#flush());
    this.#outgoing += encode(message);
  }

  /** Gets the host ready for a launch, and posts how it went: after a cut the next connection begins anew. */
  prepare(launch: LaunchId, spec: Launch): void {
    const { host, post } = this.#options;
    const errands = this.#errands;
    void errands?.preparer.prepare(launch, spec).then((outcome) => {
      if (errands !== this.#errands) return;
      if (outcome.kind === 'refused') {
        const { problem, logTail } = outcome;
        return post({ kind: 'launch-refused', host, launch, problem, logTail });
      }
      post({ kind: 'launch-ready', host, launch });
      if (outcome.note !== null) post({ kind: 'launch-noted', host, launch, note: outcome.note });
    });
  }

  fetch(attempt: AttemptId, artifacts: readonly Artifact[]): void {
    this.#errands?.fetcher.fetch(attempt, artifacts);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#flush();
    await this.#saidAll();
    await this.#options.transport.close();
  }

  /** Its agent closes when it has read all; an sshd that is hung up on may drop what it has not passed on (RFC 4253, 11.1). */
  async #saidAll(): Promise<void> {
    const stream = this.#stream;
    if (stream === null || stream.destroyed) return;
    const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
    stream.end();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, lastWordsMs);
    await Promise.race([closed, late.promise]);
    clearTimeout(timer);
  }

  /** Often enough for a person. */
  #doing(doing: string): void {
    const now = performance.now();
    if (now - this.#saidAt < sayEveryMs) return;
    this.#saidAt = now;
    this.#options.post({ kind: 'host-progress', host: this.#options.host, doing });
  }

  #flush(): void {
    if (this.#outgoing !== '') this.#stream?.write(this.#outgoing);
    this.#outgoing = '';
  }

  #listen(stream: Duplex, probe: Probe): void {
    const { settings, ledger, owner, term } = this.#options;
    this.#stream = stream;
    this.#endsWithLogin = probe.leftBehind === 'ended' ? endsWithLogin(probe.user) : null;
    this.#errands = new Errands({
      link: this.#options,
      probe,
      hasGpus: () => this.#hasGpus,
      send: (message) => this.send(message),
      doing: (what) => this.#doing(what),
    });
    this.#conduct.opened();
    hear(
      stream,
      (message) => this.#received(message),
      (problem) => this.#distrust(problem),
    );
    const watch = new SilenceWatch(stream);
    this.#watch = watch;
    stream.on('error', () => {}); // `close` follows, and says that it is over
    stream.on('close', () => this.#lost(watch.isOver ? silentAgentText : 'the connection was cut'));
    this.send({ kind: 'hello', protocol: protocolVersion, ledger, owner, term: term(), role: 'writer' });
    this.send({ kind: 'settings', settings });
  }

  #received(message: HostSaid): void {
    const { host, post, term } = this.#options;
    const misconduct = this.#conduct.hear(message, term(), performance.now());
    if (misconduct !== null) return this.#distrust(misconduct);
    if (message.kind === 'stuck' && message.because !== null) this.#watch?.excuse();
    // A driver may tell of its GPUs only later.
    if ('facts' in message) this.#hasGpus = (message.facts.gpus ?? []).length > 0;
    if (message.kind === 'welcome') {
      this.#failures = 0;
      this.#wasServed = true;
      this.#isAwaited = this.#isOnceMore = false;
      post({ kind: 'host-connected', host, facts: message.facts, endsWithLogin: this.#endsWithLogin });
    } else if (message.kind === 'turned-away') {
      this.#turnedAway(message);
    } else if (message.kind === 'preparing') post({ kind: 'host-progress', host, doing: message.doing });
    else if (message.kind === 'ended')
      post({ kind: 'host-message', host, message: { ...message, files: intactFiles(message) } });
    else if (this.#errands?.answered(message) !== true) post({ kind: 'host-message', host, message });
  }

  /** Of two coordinators of one ledger the one that came last goes on. The agent closes, and the next try follows. */
  #turnedAway({ message, term }: Extract<HostSaid, { kind: 'turned-away' }>): void {
    if (term === null || this.#wasServed) this.#giveUp(message);
    else {
      this.#isOutlived = true;
      const nonce = newNonce();
      this.#options.post({ kind: 'host-outlived', host: this.#options.host, term, nonce });
    }
    this.#stream?.destroy();
  }

  #isTwinOf(of: HostName): void {
    this.#closed = true;
    const because = `it is the same machine as ${of}; keep one entry of the two`;
    this.#options.post({ kind: 'host-is-twin', host: this.#options.host, of, because });
  }

  /** What a person has to mend first is not tried again: some hosts lock out who fails too often. */
  #giveUp(because: string): void {
    this.#closed = true;
    this.#options.post({ kind: 'host-given-up', host: this.#options.host, because });
  }

  /**
   * What it says is no agent's: nothing more is heard of it before a person has looked. What it holds waits for it as
   * for any host that does not answer, and is then given up.
   */
  #distrust(problem: string): void {
    if (this.#closed) return;
    const { host } = this.#options;
    const because = distrustText(host, problem);
    this.#giveUp(because);
    this.#stream?.destroy();
  }

  #lost(because: string): void {
    this.#stream = null;
    this.#outgoing = '';
    this.#errands?.interrupted();
    this.#errands = null;
    if (this.#closed) return;
    if (this.#isOutlived) return this.#helloAgain();
    if (this.#mayHaveJustEnded()) return this.#connectIn(0);
    this.#failures += 1;
    this.#options.post({ kind: 'host-disconnected', host: this.#options.host, because });
    this.#connectIn(backOffMs(this.#failures, Math.random()));
  }

  /**
   * An agent with nothing to do ends by itself, maybe in the moment in which it was found: another is started. Where the next
   * one does not speak either, something is wrong.
   */
  #mayHaveJustEnded(): boolean {
    const isFirst = this.#isAwaited && !this.#isOnceMore;
    this.#isOnceMore = isFirst;
    this.#isAwaited = false;
    return isFirst;
  }

  /** Nothing is wrong with the host: there is no waiting, and nobody is told of a cut. */
  #helloAgain(): void {
    this.#isOutlived = false;
    this.#connectIn(termRaisedMs);
  }

  #connectIn(ms: number): void {
    this.#timer = setTimeout(() => void this.connect(), ms);
    this.#timer.unref();
  }
}

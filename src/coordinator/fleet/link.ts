/** One host's connection: connect, say hello, pass messages both ways, and again after a cut. */
import type { Duplex } from 'node:stream';
import type { Artifact } from '../../model/attempt-end.ts';
import type { AttemptId, HostName, LedgerId } from '../../model/ids.ts';
import type { HostSettings } from '../../model/inventory.ts';
import type { Launch } from '../../model/launch.ts';
import { printable } from '../../model/printable.ts';
import { decoder, encode } from '../../protocol/framing.ts';
import { type FromAgent, fromAgentSchema, protocolVersion, type ToAgent } from '../../protocol/messages.ts';
import type { CoordinatorEvent } from '../core/events.ts';
import { type Transport, TransportError } from '../transport/transport.ts';
import { newNonce } from './nonce.ts';
import { backOffMs } from './back-off.ts';
import { ArtifactFetcher } from './artifact-fetcher.ts';
import { Checkpoints } from './checkpoints.ts';
import { ContentShipper } from './content-shipper.ts';
import { enter } from './enter.ts';
import { endsWithLogin } from './left-behind.ts';
import { FileReader } from './file-reader.ts';
import { LaunchPreparer } from './launch-preparer.ts';
import type { Packs } from './packs.ts';
import type { Probe } from './probe.ts';
import type { WheelHouse } from './wheel-house.ts';

export interface LinkOptions {
  readonly host: HostName;
  readonly transport: Transport;
  /** labsweep's folder on the host: absolute or below `~`. */
  readonly folder: string;
  /** A Node of the host that is tried first, or null. */
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
  #shipper: ContentShipper | null = null;
  #preparer: LaunchPreparer | null = null;
  #reader: FileReader | null = null;
  #fetcher: ArtifactFetcher | null = null;
  #checkpoints: Checkpoints | null = null;
  #stream: Duplex | null = null;
  #endsWithLogin: string | null = null;
  #outgoing = '';
  #failures = 0;
  #hasGpus = false;
  #wasServed = false;
  /** It was turned away by a host that knows a later term, and says hello again in the one after that. */
  #isOutlived = false;
  #saidAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #connecting = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Null while it is not connected. */
  get checkpoints(): Checkpoints | null {
    return this.#checkpoints;
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
      if (twin !== null) return this.#giveUp(`it is the same machine as ${twin}; keep one entry of the two`);
      const stream = await transport.attach(agent);
      // It may have been closed meanwhile: a stream that nobody waits for would keep the process.
      if (this.#closed) stream.destroy();
      else this.#listen(stream, probe);
    } catch (error) {
      if (error instanceof TransportError && error.lasting) this.#giveUp(error.message);
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
  prepare(launch: string, spec: Launch): void {
    const { host, post } = this.#options;
    const preparer = this.#preparer;
    void preparer?.prepare(launch, spec).then((outcome) => {
      if (preparer !== this.#preparer) return;
      if (outcome.kind === 'ready') post({ kind: 'launch-ready', host, launch });
      else
        post({
          kind: 'launch-refused',
          host,
          launch,
          problem: outcome.problem,
          logTail: outcome.logTail,
        });
    });
  }

  fetch(attempt: AttemptId, artifacts: readonly Artifact[]): void {
    this.#fetcher?.fetch(attempt, artifacts);
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

  #listen(stream: Duplex, { folder, folderId, os, arch, leftBehind, user }: Probe): void {
    const { transport, packs, settings, wheels, environment, artifacts, ledger, owner, term } = this.#options;
    this.#stream = stream;
    this.#endsWithLogin = leftBehind === 'ended' ? endsWithLogin(user) : null;
    const send = (message: ToAgent): void => this.send(message);
    this.#shipper = new ContentShipper({ transport, packs, ledger, folder, folderId }, send, (what) =>
      this.#doing(what),
    );
    const { host, post } = this.#options;
    this.#preparer = new LaunchPreparer({
      settings,
      wheels,
      environment,
      shipper: this.#shipper,
      canUse: ({ isForGpus }) => os === 'Linux' && arch === 'x86_64' && (!isForGpus || this.#hasGpus),
      send,
      doing: (doing) => post({ kind: 'host-progress', host, doing }),
    });
    this.#reader = new FileReader(send);
    this.#checkpoints = new Checkpoints({ transport, folder, ledger }, this.#reader, send);
    this.#fetcher = new ArtifactFetcher(this.#reader, artifacts, (attempt, path, fetched) =>
      post(
        fetched.kind === 'fetched'
          ? { kind: 'artifact-fetched', attempt, path }
          : { kind: 'artifact-gone', attempt, path, because: fetched.because },
      ),
    );
    const decode = decoder(fromAgentSchema);
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      try {
        for (const message of decode(chunk)) this.#received(message);
      } catch (error) {
        stream.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    stream.on('error', () => {}); // `close` follows, and says that it is over
    stream.on('close', () => this.#lost('the connection was cut'));
    this.send({ kind: 'hello', protocol: protocolVersion, ledger, owner, term: term(), role: 'writer' });
    this.send({ kind: 'settings', settings });
  }

  #received(message: FromAgent): void {
    const { host, post } = this.#options;
    if (message.kind === 'welcome') {
      this.#failures = 0;
      this.#wasServed = true;
      this.#hasGpus = (message.facts.gpus ?? []).length > 0;
      post({ kind: 'host-connected', host, facts: message.facts, endsWithLogin: this.#endsWithLogin });
    } else if (message.kind === 'turned-away') {
      this.#turnedAway(message);
    } else if (message.kind === 'content') this.#shipper?.answered(message);
    else if (message.kind === 'preparing')
      post({ kind: 'host-progress', host, doing: printable(message.doing) });
    else if (message.kind === 'launch') this.#preparer?.answered(message);
    else if (message.kind === 'file') this.#reader?.answered(message);
    else if (message.kind === 'checkpoint' || message.kind === 'checkpoint-restored')
      this.#checkpoints?.answered(message);
    else post({ kind: 'host-message', host, message });
  }

  /** Of two coordinators of one ledger the one that came last goes on. The agent closes, and the next try follows. */
  #turnedAway({ message, term }: Extract<FromAgent, { kind: 'turned-away' }>): void {
    if (term === null || this.#wasServed) return this.#giveUp(message);
    this.#isOutlived = true;
    const nonce = newNonce();
    this.#options.post({ kind: 'host-outlived', host: this.#options.host, term, nonce });
  }

  /** What a person has to mend first is not tried again: some hosts lock out who fails too often. */
  #giveUp(because: string): void {
    this.#closed = true;
    this.#options.post({ kind: 'host-given-up', host: this.#options.host, because });
  }

  #lost(because: string): void {
    this.#stream = null;
    this.#outgoing = '';
    this.#shipper?.interrupted();
    this.#shipper = null;
    this.#preparer?.interrupted();
    this.#preparer = null;
    this.#reader?.interrupted();
    this.#reader = null;
    this.#fetcher = null;
    this.#checkpoints?.interrupted();
    this.#checkpoints = null;
    if (this.#closed) return;
    if (this.#isOutlived) return this.#helloAgain();
    this.#failures += 1;
    this.#options.post({ kind: 'host-disconnected', host: this.#options.host, because });
    this.#timer = setTimeout(() => void this.connect(), backOffMs(this.#failures, Math.random()));
    this.#timer.unref();
  }

  /** Nothing is wrong with the host: there is no waiting, and nobody is told of a cut. */
  #helloAgain(): void {
    this.#isOutlived = false;
    this.#timer = setTimeout(() => void this.connect(), termRaisedMs);
    this.#timer.unref();
  }
}

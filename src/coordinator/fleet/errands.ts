/** What is brought to a host and fetched from it, over one connection: its questions, and who waits for the answers. */
import type { AttemptId } from '../../model/ids.ts';
import type { HostSaid, ToAgent } from '../../protocol/messages.ts';
import type { CoordinatorEvent } from '../core/events.ts';
import { ArtifactFetcher, type Fetched } from './artifact-fetcher.ts';
import { Checkpoints } from './checkpoints.ts';
import { ContentShipper } from './content-shipper.ts';
import { FileReader } from './file-reader.ts';
import { LaunchPreparer } from './launch-preparer.ts';
import type { LinkOptions } from './link.ts';
import type { Probe } from './probe.ts';

export interface ErrandsOptions {
  readonly link: LinkOptions;
  readonly probe: Probe;
  /** Whether the host was seen to have any. */
  readonly hasGpus: () => boolean;
  readonly send: (message: ToAgent) => void;
  /** Hears what goes on, for people. */
  readonly doing: (what: string) => void;
}

export class Errands {
  readonly preparer: LaunchPreparer;
  readonly fetcher: ArtifactFetcher;
  readonly checkpoints: Checkpoints;
  readonly #shipper: ContentShipper;
  readonly #reader: FileReader;

  constructor({ link, probe, hasGpus, send, doing }: ErrandsOptions) {
    const { host, post, transport, packs, settings, wheels, environment, artifacts, parts, ledger } = link;
    const { folder, folderId, freeKib, os, arch } = probe;
    this.#shipper = new ContentShipper({ transport, packs, ledger, folder, folderId, freeKib }, send, doing);
    this.preparer = new LaunchPreparer({
      settings,
      wheels,
      environment,
      shipper: this.#shipper,
      canUse: ({ isForGpus }) => os === 'Linux' && arch === 'x86_64' && (!isForGpus || hasGpus()),
      send,
      doing: (what) => post({ kind: 'host-progress', host, doing: what }),
    });
    this.#reader = new FileReader(send);
    this.checkpoints = new Checkpoints({ transport, folder, ledger }, this.#reader, send);
    this.fetcher = new ArtifactFetcher(this.#reader, artifacts, parts, (attempt, path, fetched) =>
      post(outcomeOf(attempt, path, fetched)),
    );
  }

  /** @returns whether the message answers, or could have answered, a question of these */
  answered(message: HostSaid): boolean {
    switch (message.kind) {
      case 'content':
        this.#shipper.answered(message);
        return true;
      case 'launch':
        this.preparer.answered(message);
        return true;
      case 'file':
        this.#reader.answered(message);
        return true;
      case 'checkpoint':
      case 'checkpoint-restored':
        this.checkpoints.answered(message);
        return true;
      default:
        return false;
    }
  }

  /** The connection is gone: nobody will answer, now or later. */
  interrupted(): void {
    this.#shipper.interrupted();
    this.preparer.interrupted();
    this.#reader.interrupted();
    this.checkpoints.interrupted();
  }
}

const outcomeOf = (attempt: AttemptId, path: string, fetched: Fetched): CoordinatorEvent =>
  fetched.kind === 'fetched'
    ? { kind: 'artifact-fetched', attempt, path }
    : { kind: 'artifact-gone', attempt, path, because: fetched.because };

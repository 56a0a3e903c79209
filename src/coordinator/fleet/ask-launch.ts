/** Asks a host what of a launch would not work there; what a run would bring first is brought, data sets excepted. */
import type { ContentHash } from '../../model/ids.ts';
import type { HostSettings } from '../../model/inventory/inventory.ts';
import type { Launch } from '../../model/launch.ts';
import type { Params } from '../../model/grid/params.ts';
import type { LaunchCheck } from '../../protocol/launch-check.ts';
import type { Transport } from '../transport/transport.ts';
import { ContentShipper } from './content-shipper.ts';
import type { Conversation } from './conversation.ts';
import type { Packs } from './packs.ts';
import type { Probe } from './probe.ts';

export interface LaunchQuestion {
  readonly spec: Launch;
  readonly settings: HostSettings;
  /** Of a trial for which it is asked. */
  readonly params: Params;
  readonly seed: number;
  /** Where the program's files are. */
  readonly packs: Packs;
}

export interface LaunchAnswer {
  /** Why the program's files could not be brought; null where they are there, or there are none. */
  readonly unshipped: string | null;
  /** Whether the data set that a run would send is there; null where none would be sent. */
  readonly dataIsThere: boolean | null;
  readonly checks: readonly LaunchCheck[];
}

/** All its steps together: an environment's `activate` alone may take two minutes. */
const answerMs = 300_000;
const contentMs = 30_000;

/** @throws TransportError */
export async function askLaunch(
  conversation: Conversation,
  transport: Transport,
  { folder, folderId, freeKib }: Probe,
  { spec, settings, params, seed, packs }: LaunchQuestion,
): Promise<LaunchAnswer> {
  const shipper = new ContentShipper(
    { transport, packs, ledger: 'check', folder, folderId, freeKib },
    (message) => conversation.send(message),
  );
  conversation.listen((message) => {
    if (message.kind === 'content') shipper.answered(message);
  });
  const unshipped = spec.files === null ? null : await shipper.ship([spec.files]);
  const { data } = spec;
  const isLocal = data?.kind === 'content' && data.name !== null && Object.hasOwn(settings.data, data.name);
  const dataIsThere = data?.kind !== 'content' || isLocal ? null : await isThere(conversation, data.hash);
  const checks = await conversation.ask(
    { kind: 'check-launch', spec, settings, params, seed },
    (message) => (message.kind === 'launch-checked' ? message.checks : undefined),
    answerMs,
    'the agent has not said how the sweep would fare',
  );
  return { unshipped, dataIsThere, checks };
}

const isThere = (conversation: Conversation, hash: ContentHash): Promise<boolean> =>
  conversation.ask(
    { kind: 'content', hashes: [hash] },
    (message) => (message.kind === 'content' && message.hash === hash ? message.present : undefined),
    contentMs,
    'the agent has not said what it holds',
  );

/** What a trial leaves behind comes back: small files with its end, the others one by one after it. */
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';
import type { HostSaid } from '../../protocol/messages.ts';
import { attemptOf } from './speaks-for.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

type Ended = Extract<HostSaid, { kind: 'ended' }>;

/**
 * Takes in what came along with an end, before it is acknowledged, and asks for the rest. The files are written once
 * the turn is committed; should that not happen, the end is told again with them. A file is what its attempt had left
 * when it ended, whatever its host says later.
 */
export function takeArtifacts(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: HostName,
  ended: Ended,
  now: number,
): void {
  const { attempt } = ended;
  const files = ended.files.length === 0 ? [] : asItEnded(state, ended);
  if (files.length > 0) {
    turn.instruct({ kind: 'store-artifacts', attempt, files });
    const awaited = state.ledger.awaited.get(attempt);
    const paths = files.map(({ path }) => path).filter((path) => awaited?.has(path));
    if (paths.length > 0) turn.record({ kind: 'artifacts-fetched', at: now, attempt, paths });
  }
  askFor(state, turn, host, attempt);
}

/** The link has held each against the hash that came with it (fleet/inline-artifacts.ts). */
function asItEnded(state: CoordinatorState, { attempt, end, files }: Ended): Ended['files'] {
  const wanted = hashes(endOf(state, attempt)?.artifacts.filter(({ comesBack }) => comesBack) ?? []);
  const brought = hashes(end.artifacts);
  return asFarAsTheyFit(
    files.filter(({ path }) => wanted.has(path) && wanted.get(path) === brought.get(path)),
  );
}

/**
 * Files and folders that are written within a turn: each takes an fsync, a few ms, in which nobody else is heard. Those
 * beyond are asked for one by one, beside all else.
 */
const mostSynced = 200;

function asFarAsTheyFit(files: Ended['files']): Ended['files'] {
  let synced = 0;
  return files.filter(({ path }) => (synced += path.split('/').length) <= mostSynced);
}

const hashes = (artifacts: AttemptEnd['artifacts']): ReadonlyMap<string, string> =>
  new Map(artifacts.map(({ path, sha256 }) => [path, sha256]));

/** After a connection: what is still to come from this host. */
export function askForAwaited(state: CoordinatorState, turn: CoordinatorTurn, host: FleetHost): void {
  for (const attempt of state.ledger.awaited.keys())
    if (attemptOf(state, host, attempt) !== null) askFor(state, turn, host.name, attempt);
}

function askFor(state: CoordinatorState, turn: CoordinatorTurn, host: HostName, attempt: AttemptId): void {
  const awaited = state.ledger.awaited.get(attempt);
  if (awaited === undefined) return;
  const artifacts = endOf(state, attempt)?.artifacts.filter(({ path }) => awaited.has(path)) ?? [];
  if (artifacts.length > 0) turn.instruct({ kind: 'fetch', host, attempt, artifacts });
}

function endOf(state: CoordinatorState, attempt: AttemptId): AttemptEnd | null {
  const status = state.ledger.attempts.get(attempt)?.status;
  return status?.kind === 'ended' ? status.end : null;
}

import type { LaunchId } from '../../model/ids.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { likenessOf } from '../../model/likeness.ts';

/** The name under which is learned what trials of a launch take. */
export function learnedAs({ launches }: Pick<LedgerState, 'launches'>, launch: LaunchId): string {
  const spec = launches.get(launch);
  return spec === undefined ? launch : likenessOf(spec);
}

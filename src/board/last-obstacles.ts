/** What kept sweeps from going on when their coordinator ended, told while none runs. Pure. */
import type { LedgerState } from '../ledger/state.ts';
import { isUnfinished } from '../ledger/sweeps.ts';
import type { SweepName } from '../model/ids.ts';
import { type Refusal, refusalText } from '../model/refusal/refusal.ts';

type Obstacles = readonly { readonly host: string; readonly refusal: Refusal }[];

/** Of sweeps that are open and unfinished still. */
export const lastObstacleLines = (ledger: LedgerState, last: ReadonlyMap<SweepName, Obstacles>): string[] =>
  [...last].flatMap(([name, obstacles]) => {
    const sweep = ledger.sweeps.get(name);
    if (sweep?.status.kind !== 'open' || !isUnfinished(sweep.counts)) return [];
    return [
      `The last coordinator ended since no host could go on with ${name}:`,
      ...obstacles.map(({ host, refusal }) => `  ${host}: ${refusalText(refusal)}`),
    ];
  });

import { describe, expect, it } from 'vitest';
import { fold } from '../../src/ledger/fold.ts';
import { emptyLedger } from '../../src/ledger/state.ts';
import { hostName } from '../../src/model/ids.ts';
import { type LedgerEventInput, ledgerEvents } from '../told.ts';

const about = { at: 0, host: 'cedar' } as const;
const recordAfter = (...events: readonly LedgerEventInput[]) =>
  ledgerEvents(...events)
    .reduce(fold, emptyLedger())
    .hosts.get(hostName('cedar'));

const quarantined = { ...about, kind: 'host-quarantined', because: 'python3 is not there' } as const;
const closed = { ...about, kind: 'host-closed', because: 'PSU broken' } as const;

describe('what a ledger says of a host', () => {
  it('is its quarantine until somebody trusts it again', () => {
    expect(recordAfter(quarantined)).toMatchObject({ quarantine: 'python3 is not there' });
    const trusted = recordAfter(quarantined, closed, { ...about, kind: 'host-trusted' });
    expect(trusted).toMatchObject({ quarantine: null, charges: 0, closed: 'PSU broken' });
  });

  it('is why it is closed until somebody opens it, which lifts a quarantine as well', () => {
    const opened = recordAfter(quarantined, closed, { ...about, kind: 'host-opened' });
    expect(opened).toMatchObject({ quarantine: null, charges: 0, closed: null });
  });
});

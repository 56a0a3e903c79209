import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CoordinatorEvent } from '../../../src/coordinator/core/events.ts';
import { HostLink } from '../../../src/coordinator/fleet/link.ts';
import { Packs } from '../../../src/coordinator/fleet/packs.ts';
import { WheelHouse } from '../../../src/coordinator/fleet/wheel-house.ts';
import { type Transport, TransportError } from '../../../src/coordinator/transport/transport.ts';
import { hostName, ledgerId } from '../../../src/model/ids.ts';
import { noSettings } from '../../../src/model/inventory.ts';

afterEach(() => void vi.useRealTimers());

const silent = async (): Promise<never> => {
  throw new TransportError('unreachable', 'cedar does not answer');
};
const transport: Transport = {
  exec: silent,
  put: silent,
  get: silent,
  attach: silent,
  close: async () => {},
};

describe('P3 the silence of a host', () => {
  it('is not what the wall clock says: somebody may set it, and it runs while this machine sleeps', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const silences: number[] = [];
    const link = new HostLink({
      host: hostName('cedar'),
      transport,
      folder: '~/.labsweep',
      node: null,
      agentFile: import.meta.filename,
      packs: new Packs('/nowhere'),
      wheels: new WheelHouse('/nowhere'),
      settings: noSettings,
      environment: {},
      artifacts: () => '/nowhere',
      ledger: ledgerId('ledger'),
      owner: 'mina',
      term: () => 1,
      post: (event: CoordinatorEvent) => {
        if (event.kind === 'host-disconnected') silences.push(event.afterMs);
      },
      twinOf: () => null,
    });
    await link.connect();
    for (const hours of [10, -100, 1_000]) {
      vi.setSystemTime(Date.now() + hours * 3_600_000);
      await link.connect();
    }
    await link.close();
    expect(silences).toHaveLength(4);
    for (const ms of silences) expect(Math.abs(ms)).toBeLessThan(60_000);
  });
});

import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CoordinatorEvent } from '../../src/coordinator/core/events.ts';
import { HostLink } from '../../src/coordinator/fleet/link.ts';
import { Packs } from '../../src/coordinator/fleet/packs.ts';
import { WheelHouse } from '../../src/coordinator/fleet/wheel-house.ts';
import { localTransport } from '../../src/coordinator/transport/local.ts';
import { hostName, ledgerId } from '../../src/model/ids.ts';
import { noSettings } from '../../src/model/inventory/inventory.ts';
import { agentFile } from '../../src/session/package-files.ts';

let top: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'labsweep-ended-')));
});
afterEach(async () => {
  await endAgent();
  rmSync(top, { recursive: true, force: true });
});

/** As one that has had nothing to do for a while ends. */
async function endAgent(): Promise<void> {
  const hosts = join(top, 'host');
  for (const machine of readdirSync(hosts)) {
    const { pid }: { pid: number } = JSON.parse(readFileSync(join(hosts, machine, 'agent.json'), 'utf8'));
    while (isAlive(pid)) {
      process.kill(pid, 'SIGTERM');
      await pause(20);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What a link says of a host whose agent ends so many times between being found and being spoken to. */
async function saidOf(ends: number): Promise<CoordinatorEvent['kind'][]> {
  const said: CoordinatorEvent['kind'][] = [];
  const settled = Promise.withResolvers<void>();
  let left = ends;
  const link = new HostLink({
    host: hostName('here'),
    transport: {
      ...localTransport(),
      attach: async (agent) => {
        left -= 1;
        if (left >= 0) await endAgent();
        return localTransport().attach(agent);
      },
    },
    folder: top,
    node: process.execPath,
    agentFile,
    packs: new Packs(join(top, 'content')),
    wheels: new WheelHouse(join(top, 'content')),
    settings: noSettings,
    environment: process.env,
    artifacts: (attempt) => join(top, attempt),
    parts: join(top, 'parts'),
    ledger: ledgerId('l-1'),
    owner: 'mina',
    term: () => 1,
    post: ({ kind }) => {
      if (kind === 'host-connected' || kind === 'host-disconnected') {
        said.push(kind);
        settled.resolve();
      }
    },
    twinOf: () => null,
  });
  await link.connect();
  await settled.promise;
  await link.close();
  return said;
}

describe('an agent that ends in the moment in which it was found', { timeout: 60_000 }, () => {
  it('is followed by another, and nobody hears of it', async () => {
    expect(await saidOf(1)).toEqual(['host-connected']);
  });

  it('is a host that cannot be reached where the next one does the same', async () => {
    expect(await saidOf(2)).toEqual(['host-disconnected']);
  });
});

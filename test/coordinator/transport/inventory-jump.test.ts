import { describe, expect, it } from 'vitest';
import { inventoryJump } from '../../../src/coordinator/transport/inventory-jump.ts';
import type { SshName } from '../../../src/coordinator/transport/ssh-config.ts';

const host = (name: string, more: Partial<SshName> = {}): SshName => ({
  name,
  address: null,
  port: null,
  user: null,
  jump: null,
  ...more,
});

describe('the jump host of a host', () => {
  it.each<[string, readonly SshName[], string | null, string | null]>([
    ['none', [], null, null],
    [
      "a name for ssh where the inventory has none such, as ssh's own words allow",
      [],
      'ada@gate:2200',
      'ada@gate:2200',
    ],
    ['a host of the inventory by its name', [host('gate')], 'gate', 'gate'],
    [
      'with its address, user and port',
      [host('gate', { address: '192.0.2.1', user: 'ada', port: 2200 })],
      'gate',
      'ada@192.0.2.1:2200',
    ],
    [
      'with an address of IPv6',
      [host('gate', { address: '2001:db8::1', port: 22 })],
      'gate',
      '[2001:db8::1]:22',
    ],
    [
      'behind another',
      [host('gate', { jump: 'door' }), host('door', { address: '192.0.2.2' })],
      'gate',
      '192.0.2.2,gate',
    ],
    [
      'in a circle',
      [host('gate', { jump: 'door' }), host('door', { jump: 'gate' })],
      'gate',
      'gate,door,gate',
    ],
  ])('%s', (_title, lab, jump, way) => {
    expect(inventoryJump(jump, lab)).toBe(way);
  });
});

import { expect, test } from 'vitest';
import { inventoryNews } from '../../src/session/lab/inventory-news.ts';
import type { InventoryHost } from '../../src/model/inventory/inventory.ts';
import { parseInventory } from '../../src/model/inventory/parse-inventory.ts';

function hosts(...written: readonly object[]): readonly InventoryHost[] {
  const parsed = parseInventory(JSON.stringify({ hosts: written }), 'inventory.json');
  if (parsed.kind === 'refused') throw new Error('a bad inventory');
  return parsed.inventory.hosts;
}

test('each host that an edit changes is named with what has changed', () => {
  const before = hosts(
    { name: 'ash' },
    { name: 'birch' },
    { name: 'cedar' },
    { name: 'elm', off: 'it is moved' },
    { name: 'oak', limits: { slots: 2 } },
  );
  const after = hosts(
    { name: 'ash' },
    { name: 'cedar', off: 'PSU broken' },
    { name: 'elm' },
    { name: 'maple' },
    { name: 'oak', limits: { slots: 3 }, address: '192.0.2.9' },
  );
  expect(inventoryNews(before, after)).toEqual([
    'cedar is off from now on: PSU broken',
    'elm is not off any more',
    'maple is new in the inventory',
    'oak has another address, limits in the inventory',
    'birch was taken out of the inventory: nothing more starts there, what runs goes to its end',
  ]);
  expect(inventoryNews(after, after)).toEqual([]);
});

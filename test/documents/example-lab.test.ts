import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { InventoryHost } from '../../src/model/inventory/inventory.ts';
import { parseInventory } from '../../src/model/inventory/parse-inventory.ts';
import { renderIssue } from '../../src/model/source/source-issue.ts';

const folder = 'examples/lab';

const hostsOf = (path: string): readonly InventoryHost[] => {
  const parsed = parseInventory(readFileSync(path, 'utf8'), path);
  if (parsed.kind === 'refused') throw new Error(parsed.issues.map(renderIssue).join('\n'));
  return parsed.inventory.hosts;
};

describe("the example's lab", () => {
  const hosts = hostsOf(`${folder}/inventory.json`);

  it('has 14 servers with 1 to 5 GPUs of three kinds', () => {
    expect(hosts).toHaveLength(14);
    const counts = hosts.map(({ limits }) => limits.devices.length);
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([1, 5]);
    expect(new Set(hosts.flatMap(({ labels }) => labels)).size).toBe(3);
  });

  it('shows what an inventory can say', () => {
    expect(hosts.filter(({ off }) => off !== null).map(({ off }) => off)).toEqual(['PSU broken']);
    const owners = hosts.flatMap(({ limits }) => limits.devices.flatMap(({ owner }) => owner ?? []));
    expect(new Set(owners).size).toBeGreaterThan(3);
    expect(hosts.some(({ limits }) => limits.hostMemoryBytes !== null && limits.load !== null)).toBe(true);
    const names = hosts.map(({ name }) => name);
    for (const { jump } of hosts) if (jump !== null) expect(names).toContain(jump);
  });

  it('has only addresses that RFC 5737 sets aside for examples', () => {
    for (const { address } of hosts) expect(address).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/);
  });

  it('has the sheet that says the same', () => {
    const [head, ...rows] = readFileSync(`${folder}/lab.csv`, 'utf8').trimEnd().split('\n');
    expect(head).toBe('server,gpu,usage,owner,address');
    const said = rows
      .map((row) => row.split(','))
      .map(([server, gpu, , owner, address]) => [server, gpu, owner, address]);
    const known = hosts.flatMap(({ name, address, limits }) =>
      limits.devices.map(({ gpu, owner }) => [name, String(gpu), owner ?? '', address]),
    );
    expect(said).toEqual(known);
  });
});

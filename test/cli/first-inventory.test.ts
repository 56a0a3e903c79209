import { describe, expect, it } from 'vitest';
import { inventoryText } from '../../src/cli/first-inventory/inventory-text.ts';
import { hostsOfSheet } from '../../src/cli/first-inventory/sheet.ts';
import { hostsOfSshConfig } from '../../src/cli/first-inventory/ssh-config-hosts.ts';
import { parseInventory } from '../../src/model/inventory/parse-inventory.ts';

describe("an inventory from the lab's sheet", () => {
  it('has a host a server, with owners by GPU, addresses and what is out of use', () => {
    const sheet =
      'Server;GPU;Usage;Owner;Address\n' +
      'cedar;0;thesis, until June;mina;192.0.2.18\n' +
      ';1;free;;\n' +
      'oak 2;RTX 4090;;;192.0.2.19\n' +
      'ash;0;PSU broken;;192.0.2.20\n';
    expect(hostsOfSheet(sheet, 'lab.csv')).toEqual([
      { name: 'cedar', address: '192.0.2.18', devices: [{ gpu: 0, owner: 'mina' }] },
      { name: 'oak-2', address: '192.0.2.19' },
      { name: 'ash', address: '192.0.2.20', off: 'PSU broken' },
    ]);
  });

  it('says which columns are known where none names the servers', () => {
    expect(() => hostsOfSheet('machine,gpu\noak,0\n', 'lab.csv')).toThrow(
      'lab.csv has no column "server"; its columns are machine, gpu. Known are server, gpu, usage, owner and address.',
    );
    expect(() => hostsOfSheet('server,gpu\n', 'lab.csv')).toThrow('lab.csv names no server.');
  });
});

describe('an inventory from an ssh config', () => {
  it('has the hosts that stand there by name, and no patterns or services', () => {
    const config =
      'Host gpu*\n  User lab\nHost oak elm !ash\n  HostName 192.0.2.7\nhost=birch\nHost github.com\n  User git\n';
    expect(hostsOfSshConfig(config, '~/.ssh/config')).toEqual([
      { name: 'oak' },
      { name: 'elm' },
      { name: 'birch' },
    ]);
    expect(() => hostsOfSshConfig('Host *\n', 'config')).toThrow(/names no host on its own/);
  });
});

it('is an inventory that labsweep reads', () => {
  const hosts = [{ name: 'oak' }, { name: 'elm', devices: [{ gpu: 1, owner: 'mina' }], off: 'under repair' }];
  const text = inventoryText(hosts);
  expect(text).toContain('    { "name": "oak" },\n');
  expect(parseInventory(text, 'inventory.json')).toMatchObject({
    kind: 'inventory',
    inventory: {
      hosts: [
        { name: 'oak' },
        { name: 'elm', limits: { devices: [{ gpu: 1, owner: 'mina' }] }, off: 'under repair' },
      ],
    },
  });
});

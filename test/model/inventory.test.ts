import { describe, expect, it } from 'vitest';
import { parseInventory } from '../../src/model/inventory/parse-inventory.ts';
import { renderIssue } from '../../src/model/source/source-issue.ts';
import { noLimits } from '../../src/throttle/limits.ts';

const complaints = (text: string): string[] => {
  const parsed = parseInventory(text, 'inventory.json');
  return parsed.kind === 'refused' ? parsed.issues.map(renderIssue) : [];
};
const hostsOf = (text: string) => {
  const parsed = parseInventory(text, 'inventory.json');
  if (parsed.kind === 'refused') throw new Error(parsed.issues.map(renderIssue).join('\n'));
  return parsed.inventory.hosts;
};

describe('an inventory', () => {
  it('may be as short as a name', () => {
    expect(hostsOf('{"hosts": [{"name": "cedar"}]}')).toEqual([
      {
        name: 'cedar',
        address: null,
        port: null,
        user: null,
        jump: null,
        transport: 'ssh2',
        labels: [],
        env: {},
        activate: null,
        data: {},
        folder: null,
        off: null,
        lostAfterMs: null,
        limits: noLimits,
      },
    ]);
  });

  it('has comments, trailing commas, and defaults that a host may override', () => {
    const hosts = hostsOf(`{
      // what all have
      "defaults": {"user": "sweep", "labels": ["cuda12"], "env": {"A": "1", "B": 2}, "limits": {"slots": 4, "hostMemory": "8 GiB"}},
      "hosts": [
        {"name": "cedar", "address": "192.0.2.18"},
        {"name": "birch", "user": "mina", "labels": [], "env": {"B": "3"}, "limits": {"slots": 2}, "off": "PSU broken",
         "devices": [{"gpu": 0, "owner": "mina", "policy": "idle-only"}]},
        {"name": "alder", "limits": {"gpuMemory": "2GiB", "utilisation": 90, "temperature": 80}, "devices": [{"gpu": 3, "off": "fan broken"}]},
        {"name": "maple", "limits": {"idleAfter": "1h"}, "devices": [{"gpu": 0, "policy": "reserved", "hours": "Sat 8-18"}]},
      ],
    }`);
    expect(hosts[0]).toMatchObject({ user: 'sweep', labels: ['cuda12'], env: { A: '1', B: '2' } });
    expect(hosts[0]?.limits).toMatchObject({ slots: 4, hostMemoryBytes: 2 ** 33 });
    expect(hosts[1]).toMatchObject({ user: 'mina', labels: [], env: { A: '1', B: '3' }, off: 'PSU broken' });
    expect(hosts[1]?.limits).toMatchObject({ slots: 2, hostMemoryBytes: 2 ** 33 });
    expect(hosts[1]?.limits.devices).toEqual([
      { gpu: 0, owner: 'mina', policy: 'idle-only', hours: null, off: null },
    ]);
    expect(hosts[2]?.limits).toMatchObject({
      gpuMemoryBytes: 2 ** 31,
      utilisation: 0.9,
      temperatureCelsius: 80,
      devices: [{ gpu: 3, owner: null, policy: null, hours: null, off: 'fan broken' }],
    });
    expect(hosts[3]?.limits).toMatchObject({
      idleAfterMs: 3_600_000,
      devices: [{ policy: 'reserved', hours: { said: 'Sat 8-18', spans: [{ from: 7_680, to: 8_280 }] } }],
    });
  });
});

describe('P8 a bad inventory is refused at its place', () => {
  it.each([
    ['', 'inventory.json:1:1  is empty; an inventory is {"hosts": […]}'],
    ['{"hosts": [}', 'inventory.json:1:12  no JSON: value expected'],
    ['{}', 'inventory.json:1:1  hosts: is missing: a list of hosts: [{"name": "cedar"}]'],
    [
      '{"hosts": []}',
      'inventory.json:1:11  hosts: an empty list is not a list of at least one host: [{"name": "cedar"}]',
    ],
    ['{"host": []}', 'inventory.json:1:2  host: is no key here; did you mean hosts?'],
    ['{"hosts": [{"nam": "a"}]}', 'inventory.json:1:13  hosts[0].nam: is no key here; did you mean name?'],
    [
      '{"hosts": [{"name": 3}]}',
      'inventory.json:1:21  hosts[0].name: 3 is not a name: letters, digits, `.`, `_` and `-`, a letter or a digit first',
    ],
    [
      '{"hosts": [{"name": "a",\n  "transport": "ssh"}]}',
      'inventory.json:2:16  hosts[0].transport: "ssh" is not one of ssh2, openssh, local; did you mean ssh2?',
    ],
    [
      '{"hosts": [{"name": "a", "port": 99999}]}',
      'inventory.json:1:34  hosts[0].port: 99999 is not a port: a whole number from 1 to 65535',
    ],
    [
      '{"hosts": [{"name": "a", "limits": {"slot": 2}}]}',
      'inventory.json:1:37  hosts[0].limits.slot: is no key here; did you mean slots?',
    ],
    [
      '{"hosts": [{"name": "a", "limits": {"slots": 0}}]}',
      'inventory.json:1:46  hosts[0].limits.slots: 0 is not a whole number of trials, 1 or more',
    ],
    [
      '{"hosts": [{"name": "a", "off": true}]}',
      'inventory.json:1:33  hosts[0].off: true is not a sentence that says why, like "PSU broken"',
    ],
    [
      '{"hosts": [{"name": "a", "data": {"sc": "sc"}}]}',
      'inventory.json:1:41  hosts[0].data.sc: "sc" is not a path on the host, from /',
    ],
    [
      '{"hosts": [{"name": "a", "devices": [{"gpu": 1}, {"gpu": 1, "owner": "mina"}]}]}',
      'inventory.json:1:58  hosts[0].devices[1].gpu: GPU 1 is there twice; keep one entry a GPU',
    ],
    [
      '{"hosts": [{"name": "a", "limits": {"utilisation": 0.9}}]}',
      'inventory.json:1:52  hosts[0].limits.utilisation: 0.9 is not a number of per cent, from 10 to 100',
    ],
    [
      '{"hosts": [{"name": "a", "devices": [{"gpu": 1, "policy": "reserved", "hours": "office hours"}]}]}',
      'inventory.json:1:80  hosts[0].devices[0].hours: "office hours" is not hours of the week, like "Mon-Fri 08:00-18:00", "22:00-06:00" or "Mon-Fri 8-12, 13-18, Sat, Sun 00:00-24:00"',
    ],
    [
      '{"hosts": [{"name": "a", "devices": [{"gpu": 1, "owner": "mina", "hours": "8-18"}]}]}',
      'inventory.json:1:75  hosts[0].devices[0].hours: a GPU has hours only with "policy": "reserved" beside them',
    ],
    [
      '{"defaults": {"devices": [{"gpu": 1, "hours": "8-18"}]}, "hosts": [{"name": "a"}]}',
      'inventory.json:1:47  defaults.devices[0].hours: a GPU has hours only with "policy": "reserved" beside them',
    ],
    [
      '{"hosts": [{"name": "a", "limits": {"idleAfter": "a while"}}]}',
      'inventory.json:1:50  hosts[0].limits.idleAfter: "a while" is not a duration: 90s, 15 min, 1h 30min or a number of seconds',
    ],
    ...['ssh2', 'local'].map((transport) => [
      `{"hosts": [{"name": "a", "transport": "${transport}", "folder": "~mina/x"}]}`,
      `inventory.json:1:${transport === 'ssh2' ? 57 : 58}  hosts[0].folder: "~mina/x" is not a path of letters, digits and _ . / -, from / or ~/`,
    ]),
    [
      '{"hosts": [{"name": "a", "jump": "a"}]}',
      'inventory.json:1:34  hosts[0].jump: a would be reached through itself',
    ],
    [
      '{"hosts": [{"name": "a", "name": "b"}]}',
      'inventory.json:1:26  name is there twice in one object; keep one',
    ],
  ])('%s', (text, complaint) => {
    expect(complaints(text)).toContain(complaint);
  });

  it('but a home, or a folder of any other form, is none', () => {
    for (const folder of ['~', '~/x', '/scratch/mina/x', 'x', '.x'])
      expect(complaints(`{"hosts": [{"name": "a", "folder": "${folder}"}]}`), folder).toEqual([]);
  });

  it('a host that is there twice is named with both places', () => {
    expect(
      complaints('{"hosts": [\n  {"name": "cedar"},\n  {"name": "cedar", "address": "192.0.2.1"}\n]}'),
    ).toEqual([
      'inventory.json:3:12  hosts[1].name: cedar has this name as well as cedar at 2:12; keep one entry a machine',
    ]);
  });

  it('so is a machine under two names', () => {
    const hosts = '{"name": "a", "address": "192.0.2.1"},\n{"name": "b", "port": 22, "address": "192.0.2.1"}';
    expect(complaints(`{"hosts": [\n${hosts}\n]}`)).toEqual([
      'inventory.json:3:38  hosts[1].address: b has this address as well as a at 2:26; keep one entry a machine',
    ]);
    expect(
      complaints('{"hosts": [{"name": "a", "transport": "local"}, {"name": "b", "transport": "local"}]}'),
    ).toHaveLength(1);
  });

  it('unless port, user or jump host tell them apart', () => {
    const hosts = ['"port": 2222', '"user": "mina"', '"jump": "gate"', '"labels": []'];
    const text = hosts.map((more, index) => `{"name": "h${index}", "address": "192.0.2.1", ${more}}`);
    expect(complaints(`{"hosts": [${text.join(',')}]}`)).toEqual([]);
  });
});

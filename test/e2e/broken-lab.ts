/** A lab most of whose hosts are broken, each in its own way; three of them work all the same. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bed, openBed } from '../bed/bed.ts';

const daySeconds = 86_400;

/** Hosts of the bed by another name, as another user or in another folder, and two that are none. */
const others: readonly { readonly name: string; readonly at: string; readonly [more: string]: unknown }[] = [
  { name: 'elsewhere', at: 'noexec', folder: '/tmp/labsweep-lab', limits: { slots: 2, disk: '100 MB' } },
  { name: 'squatted', at: 'oak', user: 'mina' },
  { name: 'kerberos', at: 'elm', user: 'mina' },
  { name: 'expired', at: 'elm', user: 'mina', transport: 'openssh' },
  { name: 'password', at: 'ancient', user: 'mina' },
  { name: 'stranger', at: 'oak', user: 'nosuchuser' },
  { name: 'closed', at: 'oak', transport: 'openssh', folder: '/var/lib/labsweep' },
  { name: 'twin', at: 'elm', limits: { slots: 2 } },
  { name: 'rekeyed', at: 'oak' },
  { name: 'unmet', at: 'oak' },
  { name: 'asks', at: 'noexec', user: 'mina' },
  { name: 'nobody', at: 'no-such-host.invalid' },
  { name: 'gone', at: '10.77.0.250' },
];

/** What a person reads of each entry that cannot be used. */
export const remedies: Readonly<Record<string, RegExp>> = {
  full: /^its disk has no room left in \/home\/lab\/\.labsweep \(0 B were free when it was entered\); make room there, or give the host another "folder" in inventory\.json$/,
  noexec:
    /^programs in \/home\/lab\/\.labsweep are not allowed to run \(a mount option noexec\?\), and there is no Node on the host; give it another "folder" in inventory\.json$/,
  ancient: /^it has no Node of 16 or later, and its glibc 2\.12 is older than 2\.17.*; install Node there/,
  squatted: /\/tmp\/labsweep-2001 is not a folder of yours \(user 2001\) but of user 2000; have them or root/,
  kerberos:
    /^mina on kerberos \(10\.77\.0\.12\): its sshd takes no keys, only gssapi.* With Kerberos: kinit, and "transport": "openssh"\./,
  expired: /^mina on expired \(10\.77\.0\.12\): .* your ticket is missing or has expired: kinit\./,
  password:
    /^mina on password \(10\.77\.0\.15\): its sshd takes no keys, only password, and .* Ask who runs it/,
  stranger:
    /^nosuchuser on stranger \(10\.77\.0\.11\): none of your keys is accepted\. Put one there: ssh-copy-id/,
  closed:
    /^\/var\/lib\/labsweep cannot be written there \(.*Permission denied\); give the host another "folder"/,
  rekeyed:
    /^rekeyed \(10\.77\.0\.11\) shows another host key .* or somebody is in between\. Ask who runs it; .* labsweep hosts trust rekeyed$/,
  unmet:
    /^unmet \(10\.77\.0\.11\) is not in your known_hosts; it shows the key ssh-ed25519 SHA256:.* labsweep hosts trust unmet$/,
  asks: /^what it is told to run does not run\. Do login files there \(~\/\.bashrc, ~\/\.cshrc\) exit, ask something/,
  nobody: /^no-such-host\.invalid has no address; give nobody an "address" in inventory\.json or a HostName/,
  gone: /^gone \(10\.77\.0\.250\) cannot be reached from this network\.$/,
};

/** @returns a bed whose laptop knows `others` by their names */
export async function openBrokenLab(): Promise<Bed> {
  const bed = await openBed({
    all: { slots: 2 },
    hosts: [
      { name: 'oak', greeting: 'Your quota is 98 % used.', sshd: ['Banner /etc/passwd'], gpus: [{}] },
      {
        name: 'elm',
        clockAheadSeconds: -3 * daySeconds,
        gpus: [{}],
        sshd: minaBy('gssapi-with-mic', 'GSSAPIAuthentication'),
      },
      { name: 'full', homeBytes: 1024 ** 2 },
      { name: 'noexec', noexecHome: true, node: false },
      { name: 'ancient', node: false, sshd: minaBy('password', 'PasswordAuthentication') },
    ],
  });
  try {
    await breakHosts(bed);
    await nameHosts(bed);
    return bed;
  } catch (error) {
    await bed.close();
    throw error;
  }
}

/** For `inventory.json`: the bed's hosts, then the others. */
export const inventoryOf = (bed: Bed): { readonly name: string; readonly [more: string]: unknown }[] => [
  ...bed.inventory().hosts,
  ...others.map(({ at, ...entry }) =>
    /\W/.test(at) ? { ...entry, address: at } : { user: 'lab', ...entry },
  ),
];

/** Lines of sshd_config: mina is let in by one way only. */
const minaBy = (method: string, keyword: string): string[] => [
  'Match User mina',
  `AuthenticationMethods ${method}`,
  `${keyword} yes`,
  'Match all',
];

async function breakHosts(bed: Bed): Promise<void> {
  const root = (host: string, script: string): Promise<unknown> => bed.host(host).exec('sh', ['-c', script]);
  const getconf = String.raw`printf '#!/bin/sh\necho glibc 2.12\n' >/usr/local/bin/getconf && chmod 755 /usr/local/bin/getconf`;
  await Promise.all([
    root(
      'oak',
      'for place in /var/tmp /dev/shm; do mount -t tmpfs tmpfs $place && chmod 1777 $place; done; ' +
        'for place in /tmp /var/tmp /dev/shm; do mkdir -m 755 $place/labsweep-2001 && chown lab $place/labsweep-2001; done',
    ),
    root('full', 'dd if=/dev/zero of=/home/lab/thesis.tar bs=4k'),
    root('ancient', getconf),
    root('noexec', 'echo \'read -p "Which project? " project\' >/home/mina/.bashrc'),
    bed.host('oak').setNvidiaSmi({ kind: 'hangs' }),
    bed.host('elm').setNvidiaSmi({
      kind: 'fails',
      text: 'Failed to initialize NVML: Driver/library version mismatch',
      code: 18,
    }),
  ]);
}

/** Gives the laptop the other names, a key for one that is not its own, and a resolver that knows no name. */
async function nameHosts(bed: Bed): Promise<void> {
  const aliases = others.filter(({ at }) => !/\W/.test(at));
  const blocks = aliases.map(({ name, at }) => `Host ${name}\n  HostName ${bed.host(at).address}\n`);
  const keys = ['rekeyed', 'unmet'].map((name) => `Host ${name}\n  HostKeyAlias ${name}\n`);
  writeFileSync(bed.sshConfig, [...keys, ...blocks, readFileSync(bed.sshConfig, 'utf8')].join(''));
  const key = join(bed.folder, 'another-key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const [type, blob] = readFileSync(`${key}.pub`, 'utf8').split(' ');
  appendFileSync(bed.knownHosts, `rekeyed ${type} ${blob}\n`);
  const resolver = join(bed.folder, 'nsswitch.conf');
  writeFileSync(resolver, 'passwd: files\ngroup: files\nhosts: files\n');
  await bed.run('mount', ['--bind', resolver, '/etc/nsswitch.conf']);
}

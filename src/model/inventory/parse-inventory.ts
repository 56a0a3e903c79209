import type { HostDefaultsInput, HostInput, InventoryInput } from './inventory-input.ts';
import { inventoryInput, inventoryKeysNotYet } from './inventory-input.ts';
import { envIssues } from '../sweep/env-check.ts';
import { parseDuration } from '../duration.ts';
import { parseHours } from './hours.ts';
import type { Inventory, InventoryHost } from './inventory.ts';
import { inventoryJsonSchema } from '../source/json-schema.ts';
import { readLimits } from '../limits/limit-settings.ts';
import { readJsonc } from '../source/jsonc-source.ts';
import { nulIssues } from '../source/nul-check.ts';
import { knownKeys } from '../source/schema-keys.ts';
import { schemaIssues } from '../source/schema-issues.ts';
import type { Locate } from '../source/source.ts';
import { inFileOrder, issueAt, type KeyPath, showValue, type SourceIssue } from '../source/source-issue.ts';

export type ParsedInventory =
  | { readonly kind: 'inventory'; readonly inventory: Inventory }
  | { readonly kind: 'refused'; readonly issues: readonly SourceIssue[] };

/** Reads inventory.json: JSON with comments, `defaults` merged into each host. All issues are heard at once (P8). */
export function parseInventory(text: string, path: string): ParsedInventory {
  const read = readJsonc(text, path);
  if (read.kind === 'refused') return read;
  const { value, locate } = read.source;
  const nuls = nulIssues(value, locate);
  if (nuls.length > 0) return { kind: 'refused', issues: inFileOrder(nuls) };
  const parsed = inventoryInput.safeParse(value);
  if (!parsed.success) {
    const schema = inventoryJsonSchema();
    const keysAt = (key: KeyPath): readonly string[] => knownKeys(schema, key);
    const words = { locate, keysAt, notYet: inventoryKeysNotYet, ownWordsFor: () => null };
    return { kind: 'refused', issues: inFileOrder(schemaIssues(parsed.error.issues, value, words)) };
  }
  const hosts = parsed.data.hosts.map((host) => completeHost(host, parsed.data.defaults ?? {}));
  const sameName = repeated(hosts, (host) => host.name, 'name', 'this name', locate);
  const sameMachine =
    sameName.length > 0 ? [] : repeated(hosts, addressOf, 'address', 'this address', locate);
  const issues = [
    ...sameName,
    ...sameMachine,
    ...jumpIssues(hosts, locate),
    ...folderIssues(hosts, parsed.data, locate),
    ...deviceIssues(parsed.data, locate),
    ...hoursIssues(parsed.data, locate),
    ...envIssues(parsed.data.defaults?.env, ['defaults', 'env'], locate),
    ...parsed.data.hosts.flatMap(({ env }, index) => envIssues(env, ['hosts', index, 'env'], locate)),
  ];
  return issues.length > 0
    ? { kind: 'refused', issues: inFileOrder(issues) }
    : { kind: 'inventory', inventory: { hosts } };
}

function completeHost(own: HostInput, defaults: HostDefaultsInput): InventoryHost {
  const host = { ...defaults, ...own };
  const env = { ...defaults.env, ...own.env };
  return {
    name: host.name,
    address: host.address ?? null,
    port: host.port ?? null,
    user: host.user ?? null,
    jump: host.jump ?? null,
    transport: host.transport ?? 'ssh2',
    labels: host.labels ?? [],
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])),
    activate: host.activate ?? null,
    data: { ...defaults.data, ...own.data },
    folder: host.folder ?? null,
    off: host.off ?? null,
    lostAfterMs: host.lostAfter === undefined ? null : parseDuration(host.lostAfter),
    limits: {
      ...readLimits({ ...defaults.limits, ...own.limits }),
      devices: (host.devices ?? []).map(({ gpu, owner, policy, hours, off }) => ({
        gpu,
        owner: owner ?? null,
        policy: policy ?? null,
        hours: hours === undefined ? null : parseHours(hours),
        off: off ?? null,
      })),
    },
  };
}

/** Two entries for one machine would load it twice. This machine may stand twice only with folders of its own each. */
const addressOf = (host: InventoryHost): string =>
  host.transport === 'local'
    ? `local ${host.folder ?? ''}`
    : [host.address ?? host.name, host.port ?? 22, host.user ?? '', host.jump ?? ''].join(' ');

function repeated(
  hosts: readonly InventoryHost[],
  identityOf: (host: InventoryHost) => string,
  key: 'name' | 'address',
  what: string,
  locate: Locate,
): SourceIssue[] {
  const seen = new Map<string, number>();
  return hosts.flatMap((host, index) => {
    const identity = identityOf(host);
    const first = seen.get(identity);
    if (first === undefined) {
      seen.set(identity, index);
      return [];
    }
    const { line, column } = locate(['hosts', first, key]);
    const other = `${hosts[first]?.name ?? ''} at ${line}:${column}`;
    const path = ['hosts', index, key];
    return [
      issueAt(locate(path), path, `${host.name} has ${what} as well as ${other}; keep one entry a machine`),
    ];
  });
}

/** A GPU that is there twice would have two owners. */
const deviceIssues = ({ hosts }: InventoryInput, locate: Locate): SourceIssue[] =>
  hosts.flatMap(({ devices = [] }, host) =>
    devices.flatMap(({ gpu }, index) => {
      if (devices.findIndex((other) => other.gpu === gpu) === index) return [];
      const path = ['hosts', host, 'devices', index, 'gpu'];
      return [issueAt(locate(path), path, `GPU ${gpu} is there twice; keep one entry a GPU`)];
    }),
  );

/** Elsewhere they would be read and change nothing. */
function hoursIssues({ hosts, defaults }: InventoryInput, locate: Locate): SourceIssue[] {
  const lists: (readonly [KeyPath, HostInput['devices']])[] = [
    [['defaults', 'devices'], defaults?.devices],
    ...hosts.map(({ devices }, host) => [['hosts', host, 'devices'], devices] as const),
  ];
  return lists.flatMap(([at, devices = []]) =>
    devices.flatMap(({ hours, policy }, index) => {
      if (hours === undefined || policy === 'reserved') return [];
      const path = [...at, index, 'hours'];
      return [issueAt(locate(path), path, 'a GPU has hours only with "policy": "reserved" beside them')];
    }),
  );
}

const remoteFolder = /^(~(\/|$)|[A-Za-z0-9_./])[A-Za-z0-9_./-]*$/;
/** No shell is asked for the home of another account. */
const localFolder = /^(?!~[^/])\P{Cc}*$/u;

/** It is a word of command lines that a login shell reads (coordinator/transport/command-line.ts). */
function folderIssues(
  hosts: readonly InventoryHost[],
  { hosts: own }: InventoryInput,
  locate: Locate,
): SourceIssue[] {
  return hosts.flatMap(({ transport, folder }, index) => {
    if (folder === null || (transport === 'local' ? localFolder : remoteFolder).test(folder)) return [];
    const path = own[index]?.folder === undefined ? ['defaults', 'folder'] : ['hosts', index, 'folder'];
    const message = `${showValue(folder)} is not a path of letters, digits and _ . / -, from / or ~/`;
    return [issueAt(locate(path), path, message)];
  });
}

function jumpIssues(hosts: readonly InventoryHost[], locate: Locate): SourceIssue[] {
  return hosts.flatMap((host, index) => {
    const path = ['hosts', index, 'jump'];
    return host.jump === host.name
      ? [issueAt(locate(path), path, `${host.name} would be reached through itself`)]
      : [];
  });
}

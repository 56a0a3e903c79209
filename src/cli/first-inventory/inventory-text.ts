import type { HostInput } from '../../model/inventory/inventory-input.ts';

const head = `// The hosts of the lab. What is left out is found on the host or taken from your ssh config.
// labsweep hosts check says what of it works.
`;

/** inventory.json with a host a line, for a person to go on with. */
export function inventoryText(hosts: readonly HostInput[]): string {
  const lines = hosts.map((host) => `    ${spaced(host)}`);
  return `${head}{\n  "hosts": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/** On one line, with room to read: `{ "name": "oak" }`. */
const spaced = (value: unknown): string =>
  JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, ' ').replaceAll(/\[ /g, '[').replaceAll(/ \]/g, ']');

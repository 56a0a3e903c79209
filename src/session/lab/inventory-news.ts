/** What an edit of the inventory means for a sweep that runs, a line a host. Pure. */
import { canonicalJson } from '../../model/grid/canonical.ts';
import type { InventoryHost } from '../../model/inventory/inventory.ts';

export function inventoryNews(
  before: readonly InventoryHost[],
  after: readonly InventoryHost[],
): readonly string[] {
  const known = new Map(before.map((host) => [host.name, host]));
  const listed = new Set(after.map(({ name }) => name));
  return [
    ...after.flatMap((host) => newsOf(known.get(host.name), host)),
    ...before
      .filter(({ name }) => !listed.has(name))
      .map(
        ({ name }) =>
          `${name} was taken out of the inventory: nothing more starts there, what runs goes to its end`,
      ),
  ];
}

function newsOf(before: InventoryHost | undefined, after: InventoryHost): string[] {
  const { name, off } = after;
  if (before === undefined)
    return [`${name} is new in the inventory${off === null ? '' : `, and off: ${off}`}`];
  const { off: wasOff, ...was } = before;
  const { off: _, ...is } = after;
  const changed = changedKeys(was, is);
  return [
    ...(off === wasOff
      ? []
      : [off === null ? `${name} is not off any more` : `${name} is off from now on: ${off}`]),
    ...(changed.length === 0 ? [] : [`${name} has another ${changed.join(', ')} in the inventory`]),
  ];
}

const changedKeys = (before: object, after: object): string[] => {
  const values = new Map(Object.entries(before));
  return Object.entries(after)
    .filter(([key, value]) => canonicalJson(value) !== canonicalJson(values.get(key)))
    .map(([key]) => key);
};

import type { HostInput } from '../../model/inventory/inventory-input.ts';
import { namePattern } from '../../model/source/leaf-input.ts';
import { CommandError } from '../exit.ts';

/** Names that lead to a service and not to a machine of the lab. */
const services = /^(github|gitlab|bitbucket|codeberg)\.|\.(github|gitlab)\.com$/i;

/**
 * The hosts that an ssh config names one by one; patterns are no hosts (ssh_config(5), PATTERNS). Everything else of
 * them stays in that file: labsweep asks ssh for it.
 *
 * @throws CommandError where there is none
 */
export function hostsOfSshConfig(text: string, file: string): HostInput[] {
  const names = text
    .split('\n')
    .flatMap((line) => /^\s*Host\s*[\s=]\s*(.*)$/i.exec(line)?.[1]?.trim().split(/\s+/) ?? [])
    .map((name) => name.replaceAll('"', ''))
    .filter((name) => namePattern.test(name) && !services.test(name));
  if (names.length === 0)
    throw new CommandError(
      `${file} names no host on its own; patterns such as gpu* are not taken for hosts.`,
    );
  return [...new Set(names)].map((name) => ({ name }));
}

import type { SshName } from './ssh-config.ts';

/**
 * The way through a host's jump hosts as ProxyJump has it. A jump that is a host of the inventory is reached as the
 * inventory says, through its own jump hosts if it has some; any other is a name for ssh.
 */
export function inventoryJump(jump: string | null, lab: readonly SshName[]): string | null {
  if (jump === null) return null;
  const host = lab.find(({ name }) => name === jump);
  if (host === undefined) return jump;
  const before = inventoryJump(
    host.jump,
    lab.filter((other) => other !== host), // a circle ends where it closes
  );
  return [...(before === null ? [] : [before]), destination(host)].join(',');
}

function destination({ name, address, user, port }: SshName): string {
  const host = address ?? name;
  return `${user === null ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}${port === null ? '' : `:${port}`}`;
}

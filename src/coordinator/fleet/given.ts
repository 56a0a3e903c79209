import { TransportError } from '../transport/transport.ts';

/**
 * A script for a host's `sh`, with what differs in front of it: in here-documents, whose delimiter is quoted, so that sh
 * expands nothing in them (POSIX, 2.7.4). The script names what it is given by `: "${name?}"`.
 *
 * @throws TransportError
 */
export function given(values: Readonly<Record<string, string>>, script: string): string {
  const read = Object.entries(values).map(([name, value]) => {
    if (/[\n\0]/.test(value))
      throw new TransportError('command', `${JSON.stringify(value)} has a line break in it`);
    return `IFS= read -r ${name} <<'labsweep-end'\n${value}\nlabsweep-end\n`;
  });
  return read.join('') + script;
}

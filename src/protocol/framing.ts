import type { z } from 'zod';

/** A line longer than this is not a message of ours (RFC 7464 leaves the bound to the application). */
const maxLineChars = 64 * 1024 * 1024;

/** A stream that says what this protocol does not: the connection is closed, nothing of the line is used. */
export class ProtocolError extends Error {
  readonly code = 'PROTOCOL';
  override readonly name = 'ProtocolError';
}

/** One message as a line (NDJSON). */
export const encode = (message: object): string => `${JSON.stringify(message)}\n`;

/**
 * Cuts a stream of text into messages of `schema`. Keeps the unfinished last line until the rest of it comes.
 *
 * @throws ProtocolError for a line that is not JSON, not of the schema, or too long
 */
export function decoder<Schema extends z.ZodType>(schema: Schema): (chunk: string) => z.infer<Schema>[] {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineChars) throw new ProtocolError(`a message of over ${maxLineChars} characters`);
    return lines.filter((line) => line !== '').map((line) => decodeLine(schema, line));
  };
}

function decodeLine<Schema extends z.ZodType>(schema: Schema, line: string): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new ProtocolError(`not JSON: ${line.slice(0, 80)}`, { cause });
  }
  const decoded = schema.safeParse(value);
  if (decoded.success) return decoded.data;
  throw new ProtocolError(`not a message of protocol: ${line.slice(0, 80)}`, { cause: decoded.error });
}

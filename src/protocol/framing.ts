import type { z } from 'zod';

/** A line longer than this is no message of ours (RFC 7464 leaves the bound to the application). */
const mostCommandChars = 64 * 1024 * 1024;

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
 * @param mostChars of one message
 * @param mostOf of one of this kind, as far as it was read
 * @throws ProtocolError for a line that is not JSON, not of the schema, or too long
 */
export function decoder<Schema extends z.ZodType>(
  schema: Schema,
  mostChars = mostCommandChars,
  mostOf: (value: unknown) => number = () => mostChars,
): (chunk: string) => z.infer<Schema>[] {
  // In parts: a long line that is joined and searched anew with each of them would take minutes.
  let parts: string[] = [];
  let chars = 0;
  const keep = (part: string): void => {
    parts.push(part);
    chars += part.length;
    if (chars > mostChars) throw new ProtocolError(`a message of over ${mostChars} characters`);
  };
  const line = (): string => {
    const text = parts.join('');
    parts = [];
    chars = 0;
    return text;
  };
  return (chunk) => {
    const messages: z.infer<Schema>[] = [];
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      keep(chunk.slice(start, end));
      start = end + 1;
      const text = line();
      if (text !== '') messages.push(decodeLine(schema, text, mostOf));
    }
    if (start < chunk.length) keep(chunk.slice(start));
    return messages;
  };
}

function decodeLine<Schema extends z.ZodType>(
  schema: Schema,
  line: string,
  mostOf: (value: unknown) => number,
): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new ProtocolError(`not JSON: ${line.slice(0, 80)}`, { cause });
  }
  if (line.length > mostOf(value))
    throw new ProtocolError(`a message of over ${mostOf(value)} characters: ${line.slice(0, 80)}`);
  const decoded = schema.safeParse(value);
  if (decoded.success) return decoded.data;
  throw new ProtocolError(`not a message of this protocol: ${line.slice(0, 80)}${whereIn(decoded.error)}`, {
    cause: decoded.error,
  });
}

/** The first thing that is wrong, with its place. */
function whereIn({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? '' : ` (${issue.path.map(String).join('.')}: ${issue.message})`;
}

import { readBytes } from '../spool/log-file.ts';
import type { Redaction, Span } from './redaction.ts';

/** What one answer carries at most; who wants more asks again. */
export const chunkBytes = 512 * 1024;

/** A piece of a log as it may be shown. */
export interface RedactedPiece {
  readonly bytes: Buffer;
  /** Where it begins in the file, and where the next one does: what is hidden has another length. */
  readonly offset: number;
  readonly next: number;
  readonly complete: boolean;
}

/**
 * Reads on in a log. A value is hidden whole, wherever one piece ends and the next begins, and what may be the beginning
 * of one waits for its rest.
 *
 * @param ended whether nobody writes to it any more
 * @throws as `readBytes`
 */
export function readRedacted(
  log: string,
  redaction: Redaction,
  asked: number,
  ended: boolean,
): RedactedPiece {
  const margin = redaction.longestBytes;
  const from = Math.max(0, asked - margin);
  const { bytes, sizeBytes } = readBytes(log, from, asked - from + chunkBytes + margin);
  // A log that was cut is shorter than what its reader has seen: it goes on at the end.
  if (asked >= sizeBytes)
    return { bytes: Buffer.alloc(0), offset: sizeBytes, next: sizeBytes, complete: ended };
  const text = redaction.isEmpty ? '' : bytes.toString('latin1');
  const isAtEnd = from + bytes.length >= sizeBytes;
  const written = ended || !isAtEnd ? bytes.length : bytes.length - redaction.openEnd(text);
  const spans = redaction.spans(text);
  const last = spans.filter((span) => from + span.from < asked + chunkBytes).at(-1);
  const begin = asked - from;
  const end = Math.max(begin, last?.to ?? 0, Math.min(written, begin + chunkBytes));
  return {
    bytes: Buffer.concat(pieces(bytes, spans, begin, end)),
    offset: asked,
    next: from + end,
    complete: ended && from + end >= sizeBytes,
  };
}

/** A value that begins before the piece was told of with the one before. */
function pieces(bytes: Buffer, spans: readonly Span[], begin: number, end: number): Buffer[] {
  const shown: Buffer[] = [];
  let at = begin;
  for (const span of spans) {
    if (span.to <= at || span.from >= end) continue;
    if (span.from >= at) shown.push(bytes.subarray(at, span.from), Buffer.from(`[${span.name}]`));
    at = span.to;
  }
  return [...shown, bytes.subarray(at, end)];
}

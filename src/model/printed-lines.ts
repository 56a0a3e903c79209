/** The one splitter of what programs print into lines, and what of it is no text. */

/** A bar that is drawn over its own line (tqdm, Keras) ends each drawing by `\r`, without a line feed. */
const lineEnd = /\r\n|\n|\r/;

/** Colours and moves of the cursor (ECMA-48, 5.4), and titles of windows (xterm, OSC). */
// oxlint-disable-next-line no-control-regex
const escapes = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** The lines of a text that have something on them. */
export const linesOf = (text: string): string[] => text.split(lineEnd).filter((line) => line.trim() !== '');

/** A text as a person reads it: without colours, and with a space where Keras steps back over its bar. */
export const withoutColours = (text: string): string =>
  text.includes('\u001b') || text.includes('\b')
    ? text.replaceAll(escapes, '').replaceAll(/[\b]+/g, ' ')
    : text;

/** The last line that has something on it; empty where there is none. */
export function lastLineOf(text: string): string {
  for (let end = text.length; end > 0; ) {
    const start = Math.max(text.lastIndexOf('\n', end - 1), text.lastIndexOf('\r', end - 1)) + 1;
    const line = withoutColours(text.slice(start, end)).trim();
    if (line !== '') return line;
    end = start - 1;
  }
  return '';
}

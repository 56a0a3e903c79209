/** The one splitter of what programs print into lines, and what of it is no text. */

/**
 * A bar that is drawn over its own line (tqdm, Keras) ends each drawing by `\r`, without a line feed; or the cursor is
 * sent to the first column (ECMA-48, 8.3.9).
 */
// oxlint-disable-next-line no-control-regex
const lineEnd = /\r\n|\n|\r|\u001b\[[01]?G/;
// oxlint-disable-next-line no-control-regex
const toFirstColumn = /\u001b\[[01]?G/g;

/** Colours and moves of the cursor (ECMA-48, 5.4), and titles of windows (xterm, OSC). */
// oxlint-disable-next-line no-control-regex
const escapes = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** The lines of a text that have something on them. */
export const linesOf = (text: string): string[] => text.split(lineEnd).filter((line) => line.trim() !== '');

/** A text as a person reads it: without colours, and without what is stepped back over and written anew. */
export function withoutColours(text: string): string {
  const plain = text.includes('\u001b') ? text.replaceAll(toFirstColumn, '\r').replaceAll(escapes, '') : text;
  return plain.includes('\b')
    ? plain
        .split(/([\r\n])/)
        .map(withoutSteps)
        .join('')
    : plain;
}

/** A line without what backspaces take back. At its end they take nothing: Keras steps back there, and draws behind `\r`. */
function withoutSteps(line: string): string {
  if (!line.includes('\b')) return line;
  const kept: string[] = [];
  let back = 0;
  for (const part of line.split(/([\b]+)/)) {
    if (part.startsWith('\b')) back = part.length;
    else if (part !== '') {
      stepBack(kept, back);
      kept.push(part);
      back = 0;
    }
  }
  return kept.join('');
}

function stepBack(kept: string[], by: number): void {
  for (let left = by; left > 0 && kept.length > 0; ) {
    const last = kept.pop() ?? '';
    if (last.length > left) kept.push(last.slice(0, -left));
    left -= last.length;
  }
}

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

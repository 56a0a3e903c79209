/** Texts of programs, hosts and people, made fit for a terminal, which obeys what it is shown (CWE-150). Pure. */

/** What a program printed, to be kept: of a progress bar that draws over itself only the last state counts. */
export const printable = (text: string): string =>
  text
    .split('\n')
    .map(lastState)
    .join('\n')
    // Colours and the like (ECMA-48, 5.4), then what is left of control characters.
    .replace(/(?![\n\t])\p{Cc}\[[0-?]*[ -/]*[@-~]/gu, '')
    .replace(/(?![\n\t])\p{Cc}/gu, '');

/** Sought from the end: an expression that looks for it from each sign on takes minutes for a line of 200 KB. */
function lastState(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end -= 1;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}

/**
 * What is obeyed or not seen: controls, marks that turn the direction of a text (Unicode TR 36, 2.5), line and paragraph
 * separators, lone surrogates, and what has no width.
 */
const unseen = String.raw`\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}`;
const notHarmless = new RegExp(String.raw`(?![\n\t])[${unseen}]`, 'gu');
const notInLine = new RegExp(`[${unseen}]`, 'gu');

/**
 * A text that shows a terminal nothing but signs, tabs and ends of lines. All else stands there by its code, `\u001b`:
 * two names that differ look different, and JSON stays the same JSON.
 */
export const harmless = (text: string): string => text.replace(notHarmless, code);

/** The same for one line, or one cell of a table: it cannot begin another one. */
export const inLine = (text: string): string => text.replace(notInLine, code);

const code = (sign: string): string =>
  sign.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * What a program printed, fit to be shown: a terminal would obey its control characters (CWE-150), and of a progress
 * bar that draws over itself only the last state counts. Pure.
 */
export const printable = (text: string): string =>
  text
    .replace(/[^\n]*\r(?=[^\n])/g, '')
    // Colours and the like (ECMA-48, 5.4), then what is left of control characters.
    .replace(/(?![\n\t])\p{Cc}\[[0-?]*[ -/]*[@-~]/gu, '')
    .replace(/(?![\n\t])\p{Cc}/gu, '');

/** A word as a shell takes it from a line that is pasted. */
export const quoted = (word: string): string =>
  /^[\w./~@%+=:,-]+$/.test(word) && !word.startsWith('-') ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Which values of `passEnv` are secrets. Pure: `plan` says the same as the agents do. */

/** A shorter value is found in too many words to be hidden, and protects nothing. */
export const shortestSecret = 8;

/**
 * A part of a path reads as a word: `data`, `Users`, `ILSVRC2012`. The base64 text of a key has capitals and digits in
 * its middle, and one of 64 begins with a slash.
 */
const pathPart = String.raw`(?:[A-Z]?[a-z0-9._@ -]*|[A-Z0-9._-]{1,16})`;
const path = new RegExp(`^(?:~|\\.\\.?)?(?:/${pathPart})+$`);

/** Why a value is shown as it is; null where it is a secret, and hidden. */
export function whyShown(value: string): 'short' | 'path' | null {
  const text = value.trim();
  if (text.length < shortestSecret) return 'short';
  return path.test(text) ? 'path' : null;
}

/**
 * The texts that show a secret: the value, as JSON, URLs, Python (`repr`, by which its tracebacks quote) and a shell
 * that tells what it does spell it, and each line of one with several, since a program may print them one by one. The
 * longest first.
 */
export function spellingsOf(value: string): readonly string[] {
  if (whyShown(value) !== null) return [];
  const text = value.trim();
  const json = JSON.stringify(text).slice(1, -1);
  const repr = json.replaceAll('\\"', '"');
  const quoted = repr.replaceAll("'", "\\'");
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const spellings = [
    text,
    json,
    inAscii(json),
    repr,
    quoted,
    inBytes(repr),
    inBytes(quoted),
    encoded(text),
    text.replaceAll("'", "'\\''"),
    ...lines,
  ];
  return [...new Set(spellings)]
    .filter((spelling) => spelling.length >= shortestSecret)
    .sort((one, other) => other.length - one.length);
}

const beyondAscii = /[^\0-\x7f]/gu;

/** As JSON is written where its writer trusts nobody to read UTF-8, as Python's does not. */
const inAscii = (json: string): string =>
  json.replace(beyondAscii, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );

/** As Python shows bytes. */
const inBytes = (repr: string): string =>
  repr.replace(beyondAscii, (character) =>
    encoded(character).replace(/%(..)/g, (_, digits: string) => `\\x${digits.toLowerCase()}`),
  );

/** Half of a pair of surrogates has no such form. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A value that reads as a number is not looked for inside of other numbers. */
export const readsAsNumber = (text: string): boolean => /^[-+]?[\d.]+(?:[eE][-+]?\d+)?$/.test(text);

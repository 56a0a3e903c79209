/** Values as Hydra reads them on its command line (hydra.cc, "The Override Grammar", version 1.1 and later). */
import { digitsOf, jsonText, type ParamValue } from '../value.ts';

/** Words that the grammar reads as they stand; it joins what single spaces part. */
const bareWord = /^[A-Za-z_/][\w./-]*(?: [\w./-]+)*$/;
/** What it takes for something else than a word. */
const otherThanWord = /^(?:null|true|false|inf|nan)$/i;

export function hydraValue(value: ParamValue): string {
  if (typeof value === 'string') return hydraWord(value);
  if (Array.isArray(value)) return `[${value.map(hydraValue).join(',')}]`;
  if (typeof value !== 'object' || value === null || digitsOf(value) !== null) return jsonText(value);
  const pairs = Object.entries(value).map(([name, inner]) => `${hydraName(name)}:${hydraValue(inner)}`);
  return `{${pairs.join(',')}}`;
}

function hydraWord(word: string): string {
  if (bareWord.test(word) && !otherThanWord.test(word)) return word;
  // OmegaConf looks for interpolations in words as well: a backslash before `${` keeps it a text.
  const plain = word.replaceAll(/(\\*)\$\{/g, '$1$1\\${');
  // Backslashes mean something before a quote alone.
  return `'${plain.replaceAll(/(\\*)('|$)/g, (_, slashes: string, quote: string) => `${slashes}${slashes}${quote && "\\'"}`)}'`;
}

/** Names in a mapping have no quotes; what has a meaning there gets a backslash (ESC of the grammar). */
const hydraName = (name: string): string => name.replaceAll(/[\\()[\]{}:=, \t]/g, '\\$&');

/** The first name in a mapping for which the grammar has no way of writing; null as a rule. */
export function nameBeyondHydra(value: ParamValue): string | null {
  if (typeof value !== 'object' || value === null || digitsOf(value) !== null) return null;
  const names = Array.isArray(value) ? [] : Object.keys(value);
  const beyond = names.find((name) => !/^[\w/\-\\+.$%*@?|()[\]{}:=, \t]+$/.test(name));
  if (beyond !== undefined) return beyond;
  for (const inner of Object.values(value)) {
    const found = nameBeyondHydra(inner);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Whether a word right before a name makes another name of it: `best val_acc`, `test_val_acc`, `my-val_acc`, `val/acc` are
 * not `val_acc` and `acc`. A sign between them ends the word (`Epoch 3: val_acc`, `- val_acc`, `[val_acc`, `INFO:root:val_acc`), and
 * these are none: numbers and quantities (`5ms/step`), the value of a setting (`optimizer=adam`), a logger's level, `N/A`.
 */
const levels = 'DEBUG INFO NOTICE WARN WARNING ERROR CRITICAL FATAL TRACE debug info warn warning trace';
const nothings = 'nan NaN inf Inf infinity N/A NA n/a None none null';
const noNames: ReadonlySet<string> = new Set(`${levels} ${nothings} and`.split(' '));

/** No name is longer; a line may be. */
const lookedAt = 200;

/** The word before the name that begins at `at`, with all up to it; null where it is that name itself. */
export function otherName(line: string, at: number): string | null {
  const before = line.slice(Math.max(0, at - lookedAt), at);
  const joined = endOf(before, /[\p{L}\p{N}_./-]/u);
  if (isName(joined)) return joined.replace(/^[./-]+/, '');
  const word = before.replace(/ +$/, '');
  if (joined !== '' || word.length === before.length) return null;
  const last = endOfWord(word);
  const isValue = word[word.length - last.length - 1] === '=';
  return isName(last) && !isValue && /[\p{L}\p{N}_]$/u.test(last)
    ? last.replace(/^[./-]+/, '') + before.slice(word.length)
    : null;
}

/** Its last word, with its owner: `valid_0's auc` (LightGBM). */
function endOfWord(text: string): string {
  const last = endOf(text, /[\p{L}\p{N}_./%-]/u);
  const before = text.slice(0, text.length - last.length);
  const owner = last === 's' && /['’]$/.test(before) ? endOf(before.slice(0, -1), /[\p{L}\p{N}_./-]/u) : '';
  return owner === '' ? last : text.slice(before.length - owner.length - 1);
}

/** The longest end of a text of such signs. */
function endOf(text: string, sign: RegExp): string {
  let from = text.length;
  while (from > 0 && sign.test(text[from - 1] ?? '')) from -= 1;
  return text.slice(from);
}

const isName = (word: string): boolean =>
  /^[./-]*[\p{L}_]/u.test(word) && !noNames.has(word.replace(/[.-]+$/, ''));

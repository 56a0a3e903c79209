/**
 * The one reader of numbers that programs write as text: in cells of CSV files, behind patterns, in strings of JSON.
 *
 *     number  = plain | wrapped                  with spaces around it, and `%` behind it (`91 %` is 91)
 *     plain   = [sign] (figure | "nan" | "inf" | "infinity")       in any case
 *     figure  = (digits ["." {digit}] | "." digit {digit}) ["e" [sign] digit {digit}]
 *     digits  = digit {digit} | 1 to 3 digits {"_" 3 digits}       (PEP 515: 1_000 can mean nothing else)
 *     wrapped = type "(" ["'"] plain ["'"] {"," name "=" value} ")"    as NumPy, PyTorch, JAX and TensorFlow print
 *
 * A text is a number as a whole or not at all: `1,234.5`, `0,91`, `70/100`, `0.7.1`, `0x1F`, `12h` and dates are none,
 * since each has a beginning that would be read as another figure.
 */
import { withoutColours } from './printed-lines.ts';

const digits = String.raw`(?:\d{1,3}(?:_\d{3})+|\d+)`;
const exponent = String.raw`(?:[eE][-+]?\d+)?`;
const word = '[nN][aA][nN]|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?';
/** Without the point of `7.`: in a sentence the point ends the sentence. */
const inSentence = String.raw`[-+]?(?:(?:${digits}(?:\.\d+)?|\.\d+)${exponent}|${word})`;
const alone = String.raw`[-+]?(?:(?:${digits}(?:\.\d*)?|\.\d+)${exponent}|${word})`;

const types = String.raw`(?:[A-Za-z_]\w{0,30}\.){0,4}(?:float\d*|double|half|longdouble|bfloat16|u?int\d*|[tT]ensor|[aA]rray|DeviceArray|Decimal)`;
const settings = String.raw`(?:,\s*\w+\s*=\s*(?:'[^']*'|<[^<>]*>|\(\s*\)|[\w.:]+))*`;
const wrapped = (plain: string): string =>
  String.raw`${types}\(\s*['"]?${plain}['"]?\s*${settings}\)|<tf\.Tensor:[^<>]*\bnumpy=${plain}>`;

/** A number as the source of a regular expression without groups, for what looks for one in a line. */
export const numberSource = `(?:${wrapped(inSentence)}|${inSentence})`;

const whole = new RegExp(`^\\s*(?:(${alone})|${wrapped(`(${alone})`)})\\s*%?\\s*$`);

/** Nearly all that programs write: a tenth of the time. */
const usual = /^-?\d+(?:\.\d+)?$/;

/** The number that `text` is. NaN and infinity are kept as the words `NaN`, `Infinity`, `-Infinity`; null where it is none. */
export function readNumber(text: string): number | string | null {
  if (usual.test(text)) return finiteOrWord(Number(text));
  const match = whole.exec(withoutColours(text));
  const plain = match?.[1] ?? match?.[2] ?? match?.[3];
  return plain === undefined ? null : valueOf(plain.replaceAll('_', '').toLowerCase());
}

function valueOf(plain: string): number | string {
  if (plain.endsWith('nan')) return 'NaN';
  if (plain.includes('n')) return plain.startsWith('-') ? '-Infinity' : 'Infinity';
  return finiteOrWord(Number(plain));
}

/** JSON has no number for what is not finite (RFC 8259, 6): the word for it goes in its place. */
export const finiteOrWord = (value: number): number | string =>
  Number.isFinite(value) ? value : String(value);

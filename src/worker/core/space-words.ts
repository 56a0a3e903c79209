/** The words with which a program ended for want of disk space. Only where they ended it, as for memory (oom-words.ts). */
import { linesOf, withoutColours } from '../../model/printed/printed-lines.ts';
import { lastErrorText, wentOn } from './oom-words.ts';

/** The C library (ENOSPC, EDQUOT), Python, Node, HDF5, SQLite, zstd and others in its words; TensorFlow. */
const words = new RegExp(
  [
    String.raw`(?:\[Errno 28\] )?No space left on (?:the )?device`,
    String.raw`(?:\[Errno 122\] )?Disk quota exceeded`,
    String.raw`\bENOSPC\b`,
    String.raw`\bEDQUOT\b`,
    String.raw`\b[Ee]rrno[ :=]*(?:28|122)\b`,
    'database or disk is full',
    '(?:[Nn]ot enough|[Ii]nsufficient) (?:free )?(?:disk )?space (?:left )?on',
    'disk(?: is)? full',
    // Of the C library where messages are in German, French, Spanish, Italian, Japanese, Korean and Chinese.
    'kein Speicherplatz mehr verfügbar',
    'Aucun espace disponible sur le périphérique',
    'No queda espacio en el dispositivo',
    'Spazio esaurito sul device',
    'デバイスに空き領域がありません',
    '장치에 남은 공간이 없음',
    '设备上没有空间',
    // Of tar, of what it was writing.
    String.raw`Wrote only \d+ of \d+ bytes`,
  ].join('|'),
);

/** The words that ended it; null where there are none. */
export const spaceWords = (logTail: string): string | null =>
  words.exec(lastErrorText(logTail))?.[0] ?? beforeChatter(linesOf(withoutColours(logTail)));

/** What speaks of another error; of tar and make, of the same one. */
const ofAnError =
  /^(?!tar: Error is not recoverable|make(?:\[\d+\])?: \*\*\*).*(?:Traceback|\w*(?:Error|Exception)\b|\b(?:error|fail(?:ed|ure)?|fatal|abort\w*|panic)\b)/i;

const goesOn = /\bgoing on\b|\bignor(?:e|ed|ing)\b|^\W*warn/i;

/** A script that fails at them may print more before it ends: as long as nothing of that says that it went on, or failed at something else. */
function beforeChatter(lines: readonly string[]): string | null {
  const last = lines.filter((line) => words.test(line)).at(-1);
  if (last === undefined || wentOn.test(last) || goesOn.test(last)) return null;
  const after = lines.slice(lines.lastIndexOf(last) + 1);
  const isChatter = after.every((line) => !ofAnError.test(line) && !wentOn.test(line));
  return isChatter ? (words.exec(last)?.[0] ?? null) : null;
}

/** Whether it is what one user may write that was used up. */
export const isOfQuota = (words: string): boolean => /quota|122/i.test(words);

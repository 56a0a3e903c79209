/** The words with which a program ended for want of disk space. Only where they ended it, as for memory (oom-words.ts). */
import { lastErrorText } from './oom-words.ts';

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
  ].join('|'),
);

/** The words that ended it; null where there are none. */
export const spaceWords = (logTail: string): string | null => words.exec(lastErrorText(logTail))?.[0] ?? null;

/** Whether it is what one user may write that was used up. */
export const isOfQuota = (words: string): boolean => /quota|122/i.test(words);

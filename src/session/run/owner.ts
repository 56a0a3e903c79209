import { hostname, userInfo } from 'node:os';
import { printable } from '../../model/printed/printable.ts';

/** Whose a state folder is and where it lies: what the others see who use the same hosts. */
export const ownerOf = (folder: string): string => printable(`${userName()} on ${hostname()}, ${folder}`);

/** The number of a user whom this machine has no name for. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

/** What a look over a ledger has found, in words. */
import type { Finding, Saved } from '../session/ledger/ledger-check.ts';
import { counted } from '../session/text/counted.ts';
import { momentText } from '../session/text/moment-text.ts';

/** `40 events with 12 results, up to 2026-03-01 21:07:45`. */
export const savedText = ({ events, to, results }: Saved): string =>
  [
    `${counted(events, 'event')} with ${counted(results, 'result')}`,
    to === null ? '' : `up to ${momentText(to)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');

/** One plain sentence. */
export function findingText(finding: Finding): string {
  switch (finding.kind) {
    case 'file-damaged':
      return `the file is damaged: ${finding.message}`;
    case 'unreadable':
      return finding.seq === null
        ? finding.message
        : `event ${finding.seq} and what follows cannot be read: ${finding.message}`;
    case 'missing':
      return `event ${finding.seq} is missing`;
    case 'changed':
      return `event ${finding.seq} is not what was written: its hash differs`;
    case 'not-an-event':
      return `event ${finding.seq} is none that labsweep knows: ${finding.message}`;
    case 'metrics-differ':
      return `attempt ${finding.attempt} (event ${finding.seq}) ended with ${finding.expectedLines} metrics lines; ${finding.foundLines} are here, or they are not the same`;
    case 'misnamed-launch':
      return finding.isRun
        ? `event ${finding.seq} declares launch ${finding.launch}, and that is not the id of its command: somebody has changed it`
        : `event ${finding.seq} took in launch ${finding.launch} of another ledger, and that is not the id of its command; labsweep never runs it`;
    case 'misnamed-trial':
      return `event ${finding.seq} has trial ${finding.trial}, and that is not the id of its parameters: somebody has changed them`;
    case 'does-not-follow':
      return `event ${finding.seq} cannot follow from those before it: ${finding.message}`;
    case 'does-not-add-up':
      return finding.message;
    default:
      return finding satisfies never;
  }
}

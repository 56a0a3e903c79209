import { formatDuration } from '../duration.ts';
import type { Outcome } from './outcome.ts';

/** How an attempt ended, in one plain sentence. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'succeeded':
      return 'succeeded';
    case 'diverged':
      return `diverged: ${outcome.message}`;
    case 'failed':
      return `failed: ${outcome.message || failureText(outcome)}`;
    case 'not-started':
      return `did not start: ${outcome.message}`;
    case 'no-space':
      return `failed for want of disk space: ${outcome.message}`;
    case 'timeout':
      return `ended at its timeout of ${formatDuration(outcome.afterMs)}`;
    case 'stalled':
      return `ended after ${formatDuration(outcome.afterMs)} without a metrics line or any work`;
    case 'oom':
      return `ran out of memory: ${outcome.message}`;
    case 'vanished':
      return 'vanished: its process is gone and left no exit status';
    case 'lost':
      return lostText[outcome.reason];
    case 'evicted':
      return `gave way: ${outcome.message}`;
    case 'cancelled':
      return 'cancelled';
    default:
      return outcome satisfies never;
  }
}

const lostText: Readonly<Record<Extract<Outcome, { kind: 'lost' }>['reason'], string>> = {
  reboot: 'lost: its host started anew',
  shutdown: 'lost: its host was shut down',
  silence: 'lost: its host was silent for too long',
  'unknown-to-host': 'lost: its host does not know it',
};

function failureText({ exitCode, signal }: Extract<Outcome, { kind: 'failed' }>): string {
  if (signal !== null) return `ended by ${signal}`;
  return exitCode === null ? 'without a result' : `exit code ${exitCode}`;
}

import { isStopped, type LockHolder } from '../../ledger/store/lock-holder.ts';

/** Why the coordinator that holds a ledger is silent, and what helps; null where nothing is known to keep it. */
export const standstillText = (holder: LockHolder): string | null =>
  isStopped(holder)
    ? `process ${holder.pid} on ${holder.hostname} holds the ledger and stands still, as after Ctrl-Z: ` +
      `\`fg\` in its terminal lets it go on, and so does \`kill -CONT ${holder.pid}\`. What its hosts have runs on.`
    : null;

import type { Interrupt } from '../session/run/interrupt.ts';
import { exitCode } from './exit.ts';

/** Ctrl-C, SIGTERM, and the end of the terminal. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm, and the old Node that has started this one, pass on what the terminal has sent to all of them already. */
const echoMs = 100;

/** The first one lets the command end in order; a second one ends the process at once. */
export function onInterrupt(): Interrupt {
  const { promise, resolve } = Promise.withResolvers<'interrupted'>();
  let heardAtMs: number | null = null;
  // The listener stays after the first signal: signal-exit, by which log-update shows the cursor again, ends the
  // process by the signal as soon as nobody else listens for it.
  const listener = (): void => {
    const now = performance.now();
    if (heardAtMs !== null && now - heardAtMs > echoMs) process.exit(exitCode.interrupted);
    heardAtMs ??= now;
    resolve('interrupted');
  };
  for (const signal of signals) process.on(signal, listener);
  return {
    promise,
    forget: () => {
      // A command that was interrupted is on its way out, where a second signal may meet it still.
      if (heardAtMs !== null) return;
      for (const signal of signals) process.off(signal, listener);
    },
  };
}

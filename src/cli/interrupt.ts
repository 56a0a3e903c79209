/** Ctrl-C, or SIGTERM, as something that a command waits for. */
export interface Interrupt {
  readonly promise: Promise<'interrupted'>;
  readonly forget: () => void;
}

/** Hears it once; a second one is the terminal's own and ends the process at once. */
export function onInterrupt(): Interrupt {
  const { promise, resolve } = Promise.withResolvers<'interrupted'>();
  const listener = (): void => resolve('interrupted');
  process.once('SIGINT', listener);
  process.once('SIGTERM', listener);
  return {
    promise,
    forget: () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}

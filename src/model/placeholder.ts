/** The names in braces that a command may hold besides its parameters (the trial contract). */
export const reservedPlaceholders = [
  'args',
  'params',
  'seed',
  'data',
  'checkpoint',
  'artifacts',
  'trial',
  'node',
] as const;
export type ReservedPlaceholder = (typeof reservedPlaceholders)[number];

const reserved: ReadonlySet<string> = new Set(reservedPlaceholders);
export const isReserved = (name: string): name is ReservedPlaceholder => reserved.has(name);

/** `${HOME}` is a variable of someone else's. */
const placeholder = /(?<!\$)\{([A-Za-z_][\w.-]*)\}/g;

/** Every name in braces in an argument, in its order; what a program means by its own braces is among them. */
export const namesInBraces = (argument: string): string[] =>
  [...argument.matchAll(placeholder)].map(([, name = '']) => name);

/** Replaces each name for which `valueOf` has a text; other braces stay as they are. */
export const fillBraces = (argument: string, valueOf: (name: string) => string | null): string =>
  argument.replace(placeholder, (whole, name: string) => valueOf(name) ?? whole);

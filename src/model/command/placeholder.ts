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

const prefix = 'params.';

/**
 * The parameter that a name in braces stands for: `lr`, and `params.lr`, which a parameter needs whose name is labsweep's
 * own as well. Null where it is none.
 */
export function parameterIn(name: string, isParameter: (name: string) => boolean): string | null {
  if (isParameter(name)) return isReserved(name) ? null : name;
  const inner = name.startsWith(prefix) ? name.slice(prefix.length) : null;
  return inner !== null && isParameter(inner) ? inner : null;
}

/** An argument that is the value of one name and nothing else, or that behind `=`. */
const wholeArgument = /^(?:([^{}=]+)=)?\{([A-Za-z_][\w.-]*)\}$/;

/** An argument `key=` with the value of one name and nothing else behind it; null for any other. */
export function assignmentIn(argument: string): { readonly key: string; readonly name: string } | null {
  const [, key, name] = wholeArgument.exec(argument) ?? [];
  return key === undefined || name === undefined ? null : { key, name };
}

/**
 * Parameters that a command passes by themselves (`{lr}`, `--rate={lr}`), which {args} therefore leaves out, each with the flag
 * that it follows; null where there is none. One that stands inside of a longer text (`runs/{lr}`) is told of there, not passed.
 */
export function wholeParameters(
  command: readonly string[],
  isParameter: (name: string) => boolean,
): ReadonlyMap<string, string | null> {
  const found = new Map<string, string | null>();
  command.forEach((argument, index) => {
    const [, key, name] = wholeArgument.exec(argument) ?? [];
    const parameter = name === undefined ? null : parameterIn(name, isParameter);
    if (parameter === null) return;
    const before = command[index - 1] ?? '';
    found.set(parameter, key ?? (/^--?[A-Za-z]/.test(before) ? before : null));
  });
  return found;
}

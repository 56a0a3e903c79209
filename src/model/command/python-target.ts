/** Which Python file or module a command runs, as python(1) reads its arguments. Pure. */
export interface PythonTarget {
  /** The interpreter, as the command names it. */
  readonly interpreter: string;
  /** Null where it runs neither: `python -c`, or nothing at all. */
  readonly runs: { readonly kind: 'script' | 'module'; readonly name: string } | null;
}

const interpreterName = /(^|\/)(python|pypy)[\d.]*$/;
/** Options whose value is the next argument. */
const withValue = /^-[WX]$/;

/** Null where the command is no Python's. */
export function pythonTarget([interpreter = '', ...args]: readonly string[]): PythonTarget | null {
  if (!interpreterName.test(interpreter)) return null;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (argument === '-m') return { interpreter, runs: { kind: 'module', name: args[index + 1] ?? '' } };
    if (argument === '-c' || argument === '-') break;
    if (withValue.test(argument)) index += 1;
    else if (!argument.startsWith('-')) return { interpreter, runs: { kind: 'script', name: argument } };
  }
  return { interpreter, runs: null };
}

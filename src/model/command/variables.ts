/** `${NAME}` in the values of `env`: filled on the host that a trial runs on, from the environment that it would have anyway. */

type Variables = Readonly<Record<string, string>>;

/** `$${NAME}` and `$$NAME` are these characters without the first. */
const reference = /\$\$(?=[{A-Z_])|\$\{([A-Za-z_]\w*)\}/g;

/** What looks like a variable of a shell and would reach the program as it stands. */
const bare = /(?<!\$)\$([A-Z_][A-Z0-9_]*)/;
const shellForm = /(?<!\$)\$\{([A-Za-z_]\w*)(:?[-+=?]|[#%/^,])/;

/** Why a value cannot be meant so, and how it is written; null where nothing is wrong with it. */
export function valueProblem(value: string): string | null {
  const [, name] = bare.exec(value) ?? shellForm.exec(value) ?? [];
  if (name === undefined) {
    const own = namesIn(value).find((other) => other.startsWith('LABSWEEP_'));
    return own === undefined
      ? null
      : `names ${own}, which has no value before a trial starts; the program reads it itself`;
  }
  const written = bare.test(value) ? `$${name}` : `\${${name}`;
  return `is read by no shell: write \${${name}} for the value that the host has, or $${written} for these characters`;
}

/** The variables that a value names. */
export const namesIn = (value: string): string[] =>
  [...value.matchAll(reference)].flatMap(([, name]) => name ?? []);

export const hasReferences = (variables: Variables): boolean =>
  Object.values(variables).some((value) => value.search(reference) >= 0);

export interface Filled {
  readonly values: Variables;
  /** Variables whose value names one that the host does not have, each with that one. */
  readonly missing: readonly (readonly [variable: string, named: string])[];
}

/**
 * A variable may name itself, as PATH does: `/opt/bin:${PATH}`. Where the host has none it is the first, and a `:` that
 * would stand at an end with nothing behind it goes as well: in a path of libraries that would be the working folder.
 *
 * @param below what the host has
 */
export function fill(variables: Variables, below: Variables): Filled {
  const missing: [string, string][] = [];
  const valueOf = (name: string): string | null =>
    Object.hasOwn(below, name) ? (below[name] ?? null) : null;
  const values = Object.entries(variables).map(([variable, value]) => {
    const isFirst = valueOf(variable) === null || valueOf(variable) === '';
    const own = `\${${variable}}`;
    const written = isFirst
      ? value.replaceAll(`:${own}`, '').replaceAll(`${own}:`, '').replaceAll(own, '')
      : value;
    const filled = written.replace(reference, (_, name: string | undefined) => {
      if (name === undefined) return '$';
      const found = valueOf(name);
      if (found === null) missing.push([variable, name]);
      return found ?? '';
    });
    return [variable, filled] as const;
  });
  return { values: Object.fromEntries(values), missing };
}

/** What a host's `env` and over it a sweep's make of what the host has. */
export function fillBoth(ofHost: Variables, ofSweep: Variables, below: Variables): Filled {
  const host = fill(ofHost, below);
  const sweep = fill(ofSweep, { ...below, ...host.values });
  return { values: { ...host.values, ...sweep.values }, missing: [...host.missing, ...sweep.missing] };
}

/** One sentence. */
export const missingText = ([variable, named]: Filled['missing'][number]): string =>
  `\`env\` fills ${variable} with \${${named}}, which is not set on this host; set it in the host's \`env\` in inventory.json, ` +
  `or write $\${${named}} where the program is to get these characters`;

/**
 * Patterns as .labsweepignore and `artifacts.fetch` have them: a subset of gitignore's.
 *
 * - `*` any characters but `/`, `?` one of them, `[a-z]` and `[!a-z]` one of a set, `**` any folders
 * - a pattern with a `/` at its start or within it starts at the top; any other matches at every depth
 * - a `/` at its end: folders only, and with them all that they hold
 * - `!` before a pattern takes back what an earlier one matched; the last pattern that matches decides
 * - empty lines and lines that start with `#` are skipped; `\` makes the next character an ordinary one
 */
export type Matches = (path: string, isFolder: boolean) => boolean;

interface Pattern {
  readonly expression: RegExp;
  readonly takesBack: boolean;
  readonly foldersOnly: boolean;
}

/** Whether the last pattern that matches a path (parts joined by `/`) selects it. */
export function compilePatterns(lines: readonly string[]): Matches {
  const patterns = lines.flatMap(compilePattern).reverse();
  return (path, isFolder) => {
    const last = patterns.find(
      ({ expression, foldersOnly }) => (isFolder || !foldersOnly) && expression.test(path),
    );
    return last !== undefined && !last.takesBack;
  };
}

/** Whether the patterns select a file by itself or by a folder that it lies in. */
export function selectsFile(matches: Matches, path: string): boolean {
  const parts = path.split('/');
  return parts.some((_, index) => matches(parts.slice(0, index + 1).join('/'), index < parts.length - 1));
}

function compilePattern(line: string): Pattern[] {
  let text = line.replace(/\r$/, '').replace(/(?<!\\)\s+$/, '');
  if (text === '' || text.startsWith('#')) return [];
  const takesBack = text.startsWith('!');
  if (takesBack) text = text.slice(1);
  const foldersOnly = text.endsWith('/');
  if (foldersOnly) text = text.slice(0, -1);
  const fromTop = text.includes('/');
  const body = text.replace(/^\//, '');
  const expression = new RegExp(`^${fromTop ? '' : '(?:.*/)?'}${translate(body)}$`, 's');
  return [{ expression, takesBack, foldersOnly }];
}

function translate(pattern: string): string {
  const token = /\*\*\/|\/\*\*$|\*\*|\*|\?|\[(!?)((?:\\.|[^\]\\])+)\]|\\(.)|([^])/gs;
  return pattern.replace(token, (whole: string, not: string, set: string, escaped: string, other: string) => {
    if (whole === '**/') return '(?:.*/)?';
    if (whole === '/**') return '/.*';
    if (whole === '**') return '.*';
    if (whole === '*') return '[^/]*';
    if (whole === '?') return '[^/]';
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replace(/[[^]/g, '\\$&')}]`;
    return quote(escaped ?? other);
  });
}

const quote = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Paths as text, with `/` between their parts: the pure rooms have no file system to ask. */

/** `written` as seen from where `file`'s own path counts: `./base.yaml` beside `sweeps/x.yaml` is `sweeps/base.yaml`. */
export function besideFile(file: string, written: string): string {
  if (written.startsWith('/')) return written;
  const parts = [...file.split('/').slice(0, -1), ...written.split('/')];
  const kept: string[] = [];
  for (const [index, part] of parts.entries()) {
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..' && kept.at(-1) !== '') kept.pop();
    else if (part === '..' || (part !== '.' && (part !== '' || index === 0))) kept.push(part);
  }
  return kept.join('/') || '.';
}

/** `sweeps/lab.yaml` → `lab`. */
export const nameOfFile = (path: string): string => (path.split('/').at(-1) ?? path).replace(/\.ya?ml$/, '');

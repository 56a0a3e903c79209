/** Who has emptied a host (hold-file.ts), in words. */
import { z } from 'zod';
import { formatDuration } from './duration.ts';
import { saidFigure, saidName, saidText } from './said.ts';

export const holdSchema = z.object({
  file: saidText,
  /** Who touched it. Only shown live. */
  user: saidName,
  /** Since then. */
  ms: saidFigure,
});
export type Hold = Readonly<z.infer<typeof holdSchema>>;

export function holdText({ file, user, ms }: Hold): string {
  const seconds = Math.round(ms / 1_000);
  return seconds === 0
    ? `${user} keeps the host free by touching ${file}`
    : `${user} has kept the host free for ${formatDuration(seconds * 1_000)} by touching ${file}`;
}

/** Which folder of program files a sweep file names, told also of a file that is in the middle of an edit. */
import { z } from 'zod';
import { besideFile } from '../file-path.ts';
import { layerSweep } from './sweep-layers.ts';

/** No other file says its program so. */
const sweepLike = z.object({ program: z.object({ command: z.array(z.unknown()), files: z.string() }) });

export interface NamedFolder {
  readonly folder: string;
  /** The files that it extends, one after the other. */
  readonly extended: readonly string[];
}

/**
 * Null where the text is no sweep file, or names no folder.
 *
 * @param readExtended the text of a file, by its path as seen from where `path` counts; null where there is none
 */
export function programFolderOf(
  text: string,
  path: string,
  readExtended: (path: string) => string | null,
): NamedFolder | null {
  const extended: string[] = [];
  const layered = layerSweep(
    text,
    path,
    (other) => {
      extended.push(other);
      return readExtended(other);
    },
    [],
  );
  if (layered.kind === 'refused') return folderInBroken(text, path);
  const read = sweepLike.safeParse(layered.value);
  if (!read.success) return null;
  const { files } = read.data.program;
  return { folder: besideFile(layered.locate(['program', 'files']).path, files), extended };
}

/** Of a text that is no YAML, or extends a file that is not there: a bracket is open while somebody types. */
function folderInBroken(text: string, path: string): NamedFolder | null {
  const isSweep = /^program\s*:/m.test(text) && /\bcommand\s*:\s*[[-]/.test(text);
  const [, files] = /\bfiles\s*:[ \t]*["']?([^\s"',#}]+)/.exec(isSweep ? text : '') ?? [];
  return files === undefined ? null : { folder: besideFile(path, files), extended: [] };
}

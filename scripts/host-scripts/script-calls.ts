/** Where a module asks for the text of a script that lies beside it, and a script for that of another. */
import { pathToFileURL } from 'node:url';
import { scriptText } from '../../src/script-text.ts';

export const isScript = (file: string): boolean => /\.(sh|bash|py)$/.test(file);

/** A module as it is bundled: with the text in the place of the call, no file has to lie beside what is built. */
export const withScripts = (text: string, path: string): string =>
  text.replaceAll(/\bscriptText\('([^']+)', import\.meta\.url\)/g, (_, name: string) =>
    JSON.stringify(scriptText(name, pathToFileURL(path))),
  );

export interface ScriptUse {
  /** Null where it is written in another way than the build, or `scriptText`, looks for. */
  readonly name: string | null;
  readonly offset: number;
}

/** @param file a module, or a script */
export function scriptsUsed(file: string, text: string): ScriptUse[] {
  const use = isScript(file)
    ? /^\s*\. (?:(?<=^\. )\.\/(\S+)$)?/gm
    : /\bscriptText\((?:'([^']+)', import\.meta\.url\))?/g;
  return [...text.matchAll(use)].map(({ 1: name = null, index }) => ({ name, offset: index }));
}

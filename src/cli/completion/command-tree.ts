/** What can be typed, told by the commands themselves: completion has no list of its own that could fall behind. */
import type { Argument, Command, Option } from 'commander';

/** What a word stands for: nothing that can be listed, a file, a folder, or a sweep file. */
export type Takes = 'word' | 'file' | 'folder' | 'sweep';

export interface CommandNode {
  /** The words that lead here, each behind a space; empty for `labsweep` itself. */
  readonly path: string;
  readonly verbs: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly OptionNode[];
  /** What its arguments are; null where it has none. */
  readonly takes: Takes | null;
}

export interface OptionNode {
  /** With its dashes. */
  readonly long: string;
  readonly description: string;
  /** Of the word behind it; null where there is none. */
  readonly takes: Takes | null;
}

/** The command and all below it, itself first. */
export function commandTree(command: Command, path = ''): CommandNode[] {
  const help = command.createHelp();
  const verbs = help.visibleCommands(command).filter((verb) => verb.name() !== 'help');
  return [
    {
      path,
      verbs: verbs.map((verb) => ({ name: verb.name(), summary: help.subcommandDescription(verb) })),
      options: help.visibleOptions(command).flatMap(optionNode),
      takes:
        command.registeredArguments.map(ofArgument).find((takes) => takes !== 'word') ??
        argumentless(command),
    },
    ...verbs.flatMap((verb) => commandTree(verb, `${path} ${verb.name()}`)),
  ];
}

const argumentless = ({ registeredArguments }: Command): Takes | null =>
  registeredArguments.length === 0 ? null : 'word';

function optionNode({ long, description, flags, required, optional }: Option): OptionNode[] {
  if (long === undefined || long === null) return [];
  const takes = /<file>/.test(flags) ? 'file' : /<(dir|folder)>/.test(flags) ? 'folder' : 'word';
  return [{ long, description, takes: required || optional ? takes : null }];
}

function ofArgument({ description }: Argument): Takes {
  if (description.includes('sweep file')) return 'sweep';
  if (/\barchive\b|\bfile\b/.test(description)) return 'file';
  return /\bfolder\b/.test(description) ? 'folder' : 'word';
}

/**
 * Scripts that shells read. All three go the same way: the words so far lead to a command, and what may follow it was
 * written down for that command.
 */
import type { CommandNode, Takes } from './command-tree.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

export const completionScript: Readonly<Record<Shell, (tree: readonly CommandNode[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The patterns of a `case` that lead one word further. */
const pathsOf = (tree: readonly CommandNode[]): readonly string[] =>
  tree.map(({ path }) => path).filter((path) => path !== '');

const walkOf = (tree: readonly CommandNode[], words: string): string[] => [
  `  local at='' word`,
  `  for word in ${words}; do`,
  `    case "$at $word" in`,
  `      ${pathsOf(tree).map(quote).join('|')}) at="$at $word" ;;`,
  '    esac',
  '  done',
];

/** A branch of a `case`: what is done there, one after the other. */
const branch = (pattern: string, acts: readonly string[]): string =>
  `    ${quote(pattern)}) ${acts.filter((act) => act !== '').join('; ')} ;;`;

/** A branch for each option that a word follows: that word alone is offered. */
const optionBranches = (
  tree: readonly CommandNode[],
  files: Readonly<Record<Takes, string>>,
): readonly string[] =>
  tree.flatMap(({ path, options }) =>
    options.flatMap(({ long, takes }) =>
      takes === null ? [] : [branch(`${path} ${long}`, [files[takes], 'return'])],
    ),
  );

function bashScript(tree: readonly CommandNode[]): string {
  const files: Readonly<Record<Takes, string>> = {
    word: '',
    file: 'COMPREPLY+=($(compgen -f -- "$current"))',
    folder: 'COMPREPLY+=($(compgen -d -- "$current"))',
    sweep: 'COMPREPLY+=($(compgen -f -X "!*.y*ml" -- "$current") $(compgen -d -- "$current"))',
  };
  return [
    '# Completion of labsweep for bash: add to ~/.bashrc  source <(labsweep completion bash)',
    '_labsweep() {',
    `  local IFS=$'\\n' current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}`,
    ...walkOf(tree, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"'),
    '  COMPREPLY=()',
    '  case "$at $previous" in',
    ...optionBranches(tree, files),
    '  esac',
    `  local words=''`,
    '  case "$at" in',
    ...tree.map(({ path, verbs, options, takes }) => {
      const words = [...verbs.map(({ name }) => name), ...options.map(({ long }) => long)].join(' ');
      return branch(path, [`words=${quote(words)}`, takes === null ? '' : files[takes]]);
    }),
    '  esac',
    `  COMPREPLY+=($(compgen -W "\${words// /$'\\n'}" -- "$current"))`,
    '}',
    'complete -o filenames -F _labsweep labsweep',
    '',
  ].join('\n');
}

function zshScript(tree: readonly CommandNode[]): string {
  const files: Readonly<Record<Takes, string>> = {
    word: '',
    file: '_files',
    folder: '_files -/',
    sweep: "_files -g '*.y(a|)ml'",
  };
  const entry = (name: string, text: string): string => quote(`${name}:${text}`);
  return [
    '#compdef labsweep',
    '# Completion of labsweep for zsh: add to ~/.zshrc, behind compinit:  source <(labsweep completion zsh)',
    '_labsweep() {',
    ...walkOf(tree, '"${(@)words[2,CURRENT-1]}"'),
    '  case "$at ${words[CURRENT-1]}" in',
    ...optionBranches(tree, files),
    '  esac',
    '  local -a offered',
    '  case "$at" in',
    ...tree.map(({ path, verbs, options, takes }) => {
      const offered = [
        ...verbs.map(({ name, summary }) => entry(name, summary)),
        ...options.map(({ long, description }) => entry(long, description)),
      ];
      return branch(path, [`offered=(${offered.join(' ')})`, takes === null ? '' : files[takes]]);
    }),
    '  esac',
    "  _describe 'labsweep' offered",
    '}',
    'compdef _labsweep labsweep',
    '',
  ].join('\n');
}

function fishScript(tree: readonly CommandNode[]): string {
  const fish = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const files: Readonly<Record<Takes, string>> = {
    word: '',
    file: ' -F',
    folder: " -a '(__fish_complete_directories)'",
    sweep: ` -a ${fish("(__fish_complete_path (commandline -ct) | string match -re '/(\\t|$)|\\.ya?ml(\\t|$)')")}`,
  };
  const lines = tree.flatMap(({ path, verbs, options, takes }) => {
    const complete = `complete -c labsweep -n ${fish(`test (__labsweep_at) = "labsweep${path}"`)}`;
    return [
      ...verbs.map(({ name, summary }) => `${complete} -a ${fish(name)} -d ${fish(summary)}`),
      ...options.map(
        (option) =>
          `${complete} -l ${option.long.slice(2)}${option.takes === null ? '' : ` ${option.takes === 'file' ? '-r' : '-x'}${files[option.takes]}`} ` +
          `-d ${fish(option.description)}`,
      ),
      ...(takes === null || takes === 'word' ? [] : [`${complete}${files[takes]}`]),
    ];
  });
  return [
    '# Completion of labsweep for fish: labsweep completion fish > ~/.config/fish/completions/labsweep.fish',
    'function __labsweep_at',
    '  set -l at',
    '  for word in (commandline -opc)[2..-1]',
    '    switch "$at $word"',
    `      case ${pathsOf(tree).map(fish).join(' ')}`,
    '        set at "$at $word"',
    '    end',
    '  end',
    '  echo "labsweep$at"',
    'end',
    'complete -c labsweep -f',
    ...lines,
    '',
  ].join('\n');
}

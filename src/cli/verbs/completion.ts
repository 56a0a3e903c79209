import { Argument, Command } from 'commander';
import { commandTree } from '../completion/command-tree.ts';
import { completionScript, type Shell } from '../completion/scripts.ts';
import type { Verb } from '../verb.ts';

const shells: readonly Shell[] = ['bash', 'zsh', 'fish'];

export const completionVerb: Verb = (console) => {
  const command = new Command('completion');
  return command
    .summary('print a script that completes commands in a shell')
    .description('Prints a script for a shell, which then completes verbs, options and sweep files.')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .addHelpText(
      'after',
      '\nExamples:\n  labsweep completion fish > ~/.config/fish/completions/labsweep.fish\n  source <(labsweep completion bash)',
    )
    .action((shell: Shell) => {
      console.out(completionScript[shell](commandTree(command.parent ?? command)));
    });
};

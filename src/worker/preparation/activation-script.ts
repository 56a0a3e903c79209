/** The script behind which trials start where there is something to activate. */
import { scriptText } from '../../script-text.ts';
import type { ActivationCommand } from './activation-lines.ts';

/** Commands of one `activate`, and whose it is. */
export interface ActivationPart {
  readonly from: 'inventory' | 'sweep';
  readonly commands: readonly ActivationCommand[];
}

/** The sweep's own goes without saying. */
export const whose: Readonly<Record<ActivationPart['from'], string>> = {
  inventory: ' of inventory.json',
  sweep: '',
};

/** Before what the script itself says, so that it is known among all that was printed. */
export const sayingMark = 'labsweep: ';

const script = scriptText('activation.bash', import.meta.url);

export const scriptOf = (parts: readonly ActivationPart[]): string =>
  script.replace('# Here stand the lines.', () => parts.flatMap(linesOf).join('\n'));

const linesOf = ({ from, commands }: ActivationPart): string[] =>
  commands.flatMap(({ text, line, hook }, index) => {
    const about = ['"$?"', ...[whose[from], String(line), shown(text)].map(quote)].join(' ');
    const looked = `${index === commands.length - 1 ? 'labsweep_end' : 'labsweep_next'} ${about}`;
    if (hook === null) return [text, looked];
    // eval does not see that the command failed whose output it was to evaluate.
    return [`labsweep_hook=$(${hook}\n)`, `labsweep_hooked ${about}`, 'eval "$labsweep_hook"', looked];
  });

const longestShown = 80;

/** What a person knows it by: its first line that is no comment. */
function shown(text: string): string {
  const first = text.split('\n').find((line) => !/^\s*(#|$)/.test(line)) ?? '';
  const line = first.trim();
  return line.length > longestShown ? `${line.slice(0, longestShown)}…` : line;
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

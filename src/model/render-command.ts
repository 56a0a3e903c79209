import { fillBraces, isReserved, type ReservedPlaceholder } from './placeholder.ts';
import type { Launch } from './launch.ts';
import type { Params, ParamValue } from './params.ts';

/** What the braces of a command stand for in one attempt. Paths are absolute, on the host. */
export interface CommandValues {
  readonly params: Params;
  readonly argStyle: Launch['argStyle'];
  readonly seed: number;
  /** Null where the sweep names no data: `{data}` then is empty. */
  readonly data: string | null;
  readonly checkpoint: string;
  readonly artifacts: string;
  readonly trial: string;
  /** The JSON file with the parameters. */
  readonly paramsFile: string;
  /** The Node that runs the agent. */
  readonly node: string;
}

/** The argv of an attempt. Nothing of it goes through a shell; braces that name nothing known stay. */
export function renderCommand(command: readonly string[], values: CommandValues): string[] {
  const own: Readonly<Record<Exclude<ReservedPlaceholder, 'args'>, string>> = {
    params: values.paramsFile,
    seed: String(values.seed),
    data: values.data ?? '',
    checkpoint: values.checkpoint,
    artifacts: values.artifacts,
    trial: values.trial,
    node: values.node,
  };
  const valueOf = (name: string): string | null => {
    if (isReserved(name)) return name === 'args' ? null : own[name];
    const value = Object.hasOwn(values.params, name) ? values.params[name] : undefined;
    return value === undefined ? null : String(value);
  };
  return command.flatMap((argument) =>
    argument === '{args}'
      ? Object.entries(values.params).flatMap(([name, value]) => spell(name, value, values.argStyle))
      : [fillBraces(argument, valueOf)],
  );
}

/** `--learning-rate 0.001`, the bare flag of a true, nothing for a false; Hydra knows no flags: `flip=true`. */
function spell(name: string, value: ParamValue, style: Launch['argStyle']): string[] {
  if (style === 'hydra') return [`${name}=${value}`];
  const flag = `--${spellName(name, style)}`;
  if (typeof value === 'boolean') return value ? [flag] : [];
  return [flag, String(value)];
}

function spellName(name: string, style: Exclude<Launch['argStyle'], 'hydra'>): string {
  switch (style) {
    case 'plain':
      return name;
    case 'kebab':
      return words(name).join('-');
    case 'snake':
      return words(name).join('_');
    default:
      return style satisfies never;
  }
}

/** `learningRate`, `learning_rate` and `learning-rate` are the same two words. */
const words = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_]+/);

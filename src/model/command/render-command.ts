import type { Params } from '../grid/params.ts';
import {
  assignmentIn,
  fillBraces,
  isReserved,
  parameterIn,
  type ReservedPlaceholder,
  wholeParameters,
} from './placeholder.ts';
import { hydraValue } from './hydra-override.ts';
import { spellArgument, type Spelling } from './spell-args.ts';
import { valueText } from '../value.ts';

/** What the braces of a command stand for in one attempt. Paths are absolute, on the host. */
export interface CommandValues extends Spelling {
  readonly params: Params;
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
  const isParameter = (name: string): boolean => Object.hasOwn(values.params, name);
  const valueOf = (name: string): string | null => {
    if (isReserved(name)) return name === 'args' ? null : own[name];
    const parameter = parameterIn(name, isParameter);
    const value = parameter === null ? undefined : values.params[parameter];
    return value === undefined ? null : valueText(value);
  };
  const spelledOut = wholeParameters(command, isParameter);
  const args = (): string[] =>
    Object.entries(values.params).flatMap(([name, value]) =>
      spelledOut.has(name) ? [] : spellArgument(name, value, values),
    );
  /** `+tag={tag}`, which Hydra reads as it reads what {args} passes; what begins with `-` are its own options. */
  const overrideOf = (argument: string): string | null => {
    const assignment =
      values.argStyle === 'hydra' && !argument.startsWith('-') ? assignmentIn(argument) : null;
    const parameter = assignment === null ? null : parameterIn(assignment.name, isParameter);
    const value = parameter === null ? undefined : values.params[parameter];
    return assignment === null || value === undefined ? null : `${assignment.key}=${hydraValue(value)}`;
  };
  return command.flatMap((argument) =>
    argument === '{args}' ? args() : [overrideOf(argument) ?? fillBraces(argument, valueOf)],
  );
}

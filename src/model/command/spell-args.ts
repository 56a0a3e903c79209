/** How `{args}` spells parameters. */
import { z } from 'zod';
import { hydraValue } from './hydra-override.ts';
import { type ParamValue, valueText } from '../value.ts';

export const argStyleSchema = z.enum(['plain', 'kebab', 'snake', 'equals', 'hydra']);
export type ArgStyle = z.infer<typeof argStyleSchema>;

/** A boolean as the bare flag of a true, as `--x` and `--no-x`, or as `--x true`. */
export const booleansSchema = z.enum(['flag', 'pair', 'value']);
export type Booleans = z.infer<typeof booleansSchema>;

export interface Spelling {
  readonly argStyle: ArgStyle;
  /** Where nothing is said: flag. */
  readonly booleans?: Booleans | null | undefined;
}

export function spellArgument(name: string, value: ParamValue, { argStyle, booleans }: Spelling): string[] {
  if (argStyle === 'hydra') return [`${name}=${hydraValue(value)}`];
  const spelled = spelledName(name, argStyle);
  if (typeof value === 'boolean' && booleans !== 'value') {
    if (value) return [`--${spelled}`];
    return booleans === 'pair' ? [`--no-${spelled}`] : [];
  }
  const text = valueText(value);
  // What begins with `-` would be taken for an option: argparse refuses `--shift -1e-7`.
  const isOne = argStyle === 'equals' || text.startsWith('-');
  return isOne ? [`--${spelled}=${text}`] : [`--${spelled}`, text];
}

/** The name under which {args} passes a parameter. */
export function spelledName(name: string, style: ArgStyle): string {
  switch (style) {
    case 'plain':
    case 'equals':
    case 'hydra':
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

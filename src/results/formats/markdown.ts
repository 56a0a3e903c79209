/** A table as GitHub Flavored Markdown has it (github.github.com/gfm, 4.10). */
import { inLine } from '../../model/printed/printable.ts';
import type { Column } from '../text-table.ts';

export function markdownLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(' | ')} |`;
  return [
    line(columns.map(({ head }) => head)),
    `| ${columns.map(({ align }) => (align === 'right' ? '---:' : ':---')).join(' | ')} |`,
    ...rows.map(line),
  ];
}

/** What would end a cell, or be read as a mark. */
export const markdownText = (text: string): string =>
  inLine(text.trim()).replaceAll(/[\\`*_{}[\]<>#|~]/g, (sign) => `\\${sign}`);

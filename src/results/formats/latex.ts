/** A table for LaTeX with the rules of booktabs, to be read by `\\input`. */
import { inLine } from '../../model/printed/printable.ts';
import type { Column } from '../text-table.ts';

export function latexLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `${cells.map(latexText).join(' & ')} \\\\`;
  return [
    '% needs \\usepackage{booktabs}',
    `\\begin{tabular}{${columns.map(({ align }) => (align === 'right' ? 'r' : 'l')).join('')}}`,
    '\\toprule',
    line(columns.map(({ head }) => head)),
    '\\midrule',
    ...rows.map(line),
    '\\bottomrule',
    '\\end{tabular}',
  ];
}

/** Signs that LaTeX reads as something else (The LaTeX Project, "LaTeX2e for authors"), and those that its fonts may lack. */
const signs: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '"': '\\textquotedbl{}',
  '|': '\\textbar{}',
  '±': '$\\pm$',
  '–': '--',
};

const latexText = (text: string): string =>
  inLine(text.trim()).replaceAll(/[\\~^<>"|±–&%$#_{}]/g, (sign) => signs[sign] ?? `\\${sign}`);

import { inLine } from '../model/printed/printable.ts';

/** A plain table: columns two spaces apart, no frame, so that it can be cut, searched and pasted. */
export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
}

/** Lines of the table, its heads first. A row has a cell for each column. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const heads = columns.map(({ head }) => inLine(head));
  const lines = [heads, ...rows.map((row) => row.map(inLine))];
  const widths = columnWidths(columns, lines);
  return lines.map((cells) =>
    cells
      .map((cell, index) => padTo(cell, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join(gap)
      .trimEnd(),
  );
}

/** Columns from the left that fit into `width`; the first is always kept. */
export function fittingColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): number {
  let taken = -gap.length;
  const widths = columnWidths(columns, rows);
  const tooWide = widths.findIndex((one) => (taken += gap.length + one) > width);
  return tooWide === -1 ? widths.length : Math.max(1, tooWide);
}

const gap = '  ';

const columnWidths = (columns: readonly Column[], rows: readonly (readonly string[])[]): number[] =>
  columns.map(({ head }, index) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? '')), textWidth(head)),
  );

function padTo(text: string, width: number, align: Column['align']): string {
  const padding = ' '.repeat(Math.max(0, width - textWidth(text)));
  return align === 'left' ? text + padding : padding + text;
}

const plain = /^[\u0020-\u007e]*$/;
const twoCells =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u;
const noCell = /\p{Mark}|\p{Format}/u;

/** Cells of a terminal that a text takes. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  return Array.from(text).reduce(
    (sum, sign) => sum + (noCell.test(sign) ? 0 : twoCells.test(sign) ? 2 : 1),
    0,
  );
}

import { textWidth } from '../results/text-table.ts';

/** A text in lines that are no wider than `columns`, as far as its words allow; those behind the first stand under `indent`. */
export function wrapped(text: string, columns: number, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line.trim() !== '' && textWidth(longer) > columns) {
      lines.push(line);
      line = `${' '.repeat(indent)}${word}`;
    } else line = longer;
  }
  return [...lines, line];
}

/** A leaderboard as a file for papers, notes and spreadsheets. */
import { inLine } from '../../model/printed/printable.ts';
import { cellsOf, fieldsOf, sectionField } from '../leaderboard-fields.ts';
import type { Leaderboard } from '../leaderboard.ts';
import { headingOf, type Shown } from '../leaderboard-table.ts';
import { csvText } from './csv.ts';
import { latexLines } from './latex.ts';
import { markdownLines, markdownText } from './markdown.ts';

export const fileFormats = ['csv', 'markdown', 'latex'] as const;
export type FileFormat = (typeof fileFormats)[number];

export function leaderboardFile(board: Leaderboard, { limit, only }: Shown, format: FileFormat): string {
  const rows = board.rows.slice(0, limit);
  if (format === 'csv') return csvText({ ...board, rows }, only);
  const { always, others } = fieldsOf(board, only);
  const areComplete = rows.every(({ section }) => section === 'complete');
  const fields = [...always, ...(areComplete ? [] : [sectionField]), ...others];
  const heads = fields.map(({ column }) => column);
  const cells = cellsOf(fields, rows);
  const heading = headingOf(board).map(inLine);
  const lines =
    format === 'latex'
      ? [...heading.map((line) => `% ${line}`), ...latexLines(heads, cells)]
      : [...heading.flatMap((line) => [markdownText(line), '']), ...markdownLines(heads, cells)];
  return `${lines.join('\n')}\n`;
}

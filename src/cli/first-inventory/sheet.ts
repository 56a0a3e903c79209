/** The lab's sheet of who uses what, as CSV: a row a server or a row a GPU, in columns that are known by their heads. */
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { HostInput } from '../../model/inventory/inventory-input.ts';
import { CommandError } from '../exit.ts';
import { record } from '../../model/own.ts';

const cell = z.string().trim().default('');
const rowSchema = z.object({ server: cell, gpu: cell, usage: cell, owner: cell, address: cell });
type Row = z.infer<typeof rowSchema>;

/** What labs write of a machine that nothing should start on. */
const outOfUse = /\b(off|down|broken|defect|dead|repair|maintenance|do not use|out of (use|order))\b/i;

/** @throws CommandError where there is no column `server`, or no row */
export function hostsOfSheet(text: string, file: string): HostInput[] {
  const rows = rowsOf(text, file);
  const servers = Map.groupBy(rows, ({ server }) => server);
  if (servers.size === 0) throw new CommandError(`${file} names no server.`);
  return [...servers].map(([server, own]) => hostOf(server, own));
}

function rowsOf(text: string, file: string): Row[] {
  const table = z.array(record(z.string(), z.string())).parse(
    parse(text, {
      bom: true,
      columns: (heads: string[]) => heads.map((head) => head.trim().toLowerCase()),
      delimiter: delimiterOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }),
  );
  const heads = Object.keys(table[0] ?? {});
  if (table.length > 0 && !heads.includes('server'))
    throw new CommandError(
      `${file} has no column "server"; its columns are ${heads.join(', ')}. ` +
        'Known are server, gpu, usage, owner and address.',
    );
  // A merged cell leaves the rows below it empty: they belong to the server above.
  let server = '';
  return table
    .map((row) => rowSchema.parse(row))
    .map((row) => ({ ...row, server: (server = row.server === '' ? server : row.server) }))
    .filter((row) => row.server !== '');
}

/** What a spreadsheet writes between cells hangs on its language: of the usual ones, the first line has it. */
function delimiterOf(text: string): string {
  const heads = text.split('\n', 1)[0] ?? '';
  return [';', '\t'].find((delimiter) => heads.includes(delimiter)) ?? ',';
}

function hostOf(server: string, rows: readonly Row[]): HostInput {
  const address = rows.find((row) => row.address !== '')?.address;
  const devices = rows.flatMap((row, index) =>
    row.owner === '' || row.gpu === '' ? [] : [{ gpu: gpuOf(row.gpu, index), owner: row.owner }],
  );
  const off = rows.every(({ usage }) => outOfUse.test(usage)) ? rows[0]?.usage : undefined;
  return {
    name: nameOf(server),
    ...(address === undefined ? {} : { address }),
    ...(off === undefined ? {} : { off }),
    ...(devices.length === 0 ? {} : { devices }),
  };
}

/** The number in `GPU 1` or `1`; of a sheet that names models there, the row's place among its server's. */
const gpuOf = (gpu: string, index: number): number => {
  const number = /^(?:gpu\s*)?(\d{1,2})$/i.exec(gpu)?.[1];
  return number === undefined ? index : Number(number);
};

const nameOf = (server: string): string => server.trim().replaceAll(/[^\w.-]+/g, '-');

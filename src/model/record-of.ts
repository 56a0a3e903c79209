/** An object with an entry for each row. The rows give each name of its type once. */
export function recordOf<Row, Name extends string, Value>(
  rows: readonly Row[],
  entryOf: (row: Row) => readonly [Name, Value],
): Record<Name, Value>;
export function recordOf<Row>(
  rows: readonly Row[],
  entryOf: (row: Row) => readonly [string, unknown],
): Record<string, unknown> {
  return Object.fromEntries(rows.map(entryOf));
}

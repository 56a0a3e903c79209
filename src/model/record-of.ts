/** An object of an entry for each row. Its type has every name that `entryOf` may give: the rows give each of them. */
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

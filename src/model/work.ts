/** How much there is to do in a trial of a point, beside others of its program: its operations, or 1 where unknown. */
export const workOf = ({ operations }: { readonly operations: number | null }): number =>
  operations !== null && operations > 0 ? operations : 1;

/** Why a folder cannot be taken along. */
export type ContentProblem =
  | { readonly kind: 'no-folder'; readonly path: string }
  | { readonly kind: 'link-leaves'; readonly path: string; readonly target: string }
  | { readonly kind: 'link-broken'; readonly path: string }
  | { readonly kind: 'link-loop'; readonly path: string }
  | { readonly kind: 'odd-name'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly message: string }
  | {
      readonly kind: 'too-large';
      readonly totalBytes: number;
      readonly limitBytes: number;
      readonly largest: readonly { readonly path: string; readonly sizeBytes: number }[];
    };

/** One sentence for a person: what, where, and what to do. */
export function problemText(problem: ContentProblem): string {
  switch (problem.kind) {
    case 'no-folder':
      return `${problem.path} is no folder`;
    case 'link-leaves':
      return `${problem.path} is a link out of the folder, to ${problem.target}: hosts would not have it; copy it in, or name it in .labsweepignore`;
    case 'link-broken':
      return `${problem.path} is a link to nothing; remove it, or name it in .labsweepignore`;
    case 'link-loop':
      return `${problem.path} is a link to a folder that it lies in; remove it, or name it in .labsweepignore`;
    case 'odd-name':
      return `the name of ${problem.path} is not UTF-8; rename it`;
    case 'unreadable':
      return `${problem.path} cannot be read: ${problem.message}`;
    case 'too-large':
      return (
        `the files are ${megabytes(problem.totalBytes)}, and ${megabytes(problem.limitBytes)} is the most that is ` +
        `sent to every host; name in .labsweepignore what trials do not need. The largest: ` +
        problem.largest.map(({ path, sizeBytes }) => `${path} (${megabytes(sizeBytes)})`).join(', ')
      );
    default:
      return problem satisfies never;
  }
}

/** In the unit of the limit, so that a person can compare. */
export const megabytes = (bytes: number): string => `${Number((bytes / 1e6).toFixed(1))} MB`;

/** A wish to end, as something that a run waits for. */
export interface Interrupt {
  readonly promise: Promise<'interrupted'>;
  readonly forget: () => void;
}

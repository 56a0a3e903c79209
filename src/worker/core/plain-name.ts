const plain = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Attempts and trials name folders: what is no plain name is no id of ours, and opens no file. */
export const isPlainName = (name: string): boolean => plain.test(name);

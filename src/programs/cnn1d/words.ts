/** The 16 words of the published reports, in their order: the classes where a sweep names none. */
export const reportWords: readonly string[] =
  'zero one two three four five six seven eight nine bed bird tree cat house dog'.split(' ');

/** The default words if the data set has them all, else every word that it has. */
export const chooseWords = (available: readonly string[]): readonly string[] =>
  reportWords.every((word) => available.includes(word)) ? reportWords : available;

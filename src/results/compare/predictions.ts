/** What a trained network makes of a clip. */
export interface Prediction {
  readonly file: string;
  /** Which part of the data set it is of. */
  readonly split: string;
  readonly word: string;
  readonly predicted: string;
}

export const isRight = ({ word, predicted }: Prediction): boolean => word === predicted;

/** Who speaks, by the names of Speech Commands (Warden 2018, arXiv 1804.03209); elsewhere each file stands for itself. */
export const speakerOf = ({ file }: Prediction): string =>
  file.slice(file.lastIndexOf('/') + 1).replace(/_nohash_.*$/, '');

/** What a long step tells whoever waits. `done` of `total` only where both are really known. */
export interface ProgressEvent {
  /** One stable word for the step, such as `download`. */
  readonly step: string;
  /** A short line for a person, in the present tense, such as `Downloading packages`. */
  readonly message: string;
  readonly done?: number;
  readonly total?: number;
}

export type Progress = (event: ProgressEvent) => void;

/** For callers that nobody watches. */
export const noProgress: Progress = () => {};

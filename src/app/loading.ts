/** Knows whether a model is being loaded: the engine itself tells only of one that is. */
export interface Loading {
  readonly isOn: boolean;
  /** Counts as loading until the work ends, and gives what it gives. */
  during<Value>(work: Promise<Value>): Promise<Value>;
}

export const createLoading = (): Loading => {
  let works = 0;
  return {
    get isOn() {
      return works > 0;
    },
    async during(work) {
      works += 1;
      try {
        return await work;
      } finally {
        works -= 1;
      }
    },
  };
};

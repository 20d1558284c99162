/** Runs works one after the other, in the order in which they come. A failure is its own caller's only. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

export const createInTurn = (): InTurn => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
};

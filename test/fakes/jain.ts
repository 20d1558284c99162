/** Jain's index of fairness for what each one got: 1 when all got the same, 1/n when one got all. */
export const jain = (shares: readonly number[]): number => {
  const sum = shares.reduce((all, share) => all + share, 0);
  return sum ** 2 / (shares.length * shares.reduce((all, share) => all + share ** 2, 0));
};

/** Those of the candidates that contain what is typed, the ones that begin with it first; at most 25. */
export const completions = (typed: string, candidates: readonly string[]): readonly string[] => {
  const wanted = typed.trim().toLowerCase();
  const places = candidates.map((candidate) => ({ candidate, at: candidate.toLowerCase().indexOf(wanted) }));
  const starting = places.filter(({ at }) => at === 0);
  const containing = places.filter(({ at }) => at > 0);
  return [...starting, ...containing].slice(0, 25).map(({ candidate }) => candidate);
};

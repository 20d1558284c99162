/** A span of time in its two largest units: `40 s`, `2 h 5 min`, `3 d 4 h`. */
export const durationText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const units = [
    { name: 'd', value: Math.floor(seconds / 86_400) },
    { name: 'h', value: Math.floor(seconds / 3600) % 24 },
    { name: 'min', value: Math.floor(seconds / 60) % 60 },
    { name: 's', value: seconds % 60 },
  ];
  const first = units.findIndex(({ value }) => value > 0);
  if (first === -1) return '0 s';
  const shown = units.slice(first, first + 2).filter(({ value }) => value > 0);
  return shown.map(({ name, value }) => `${value} ${name}`).join(' ');
};

/** An amount of memory, in MiB. */
export const memoryText = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`;

/** Files that people write. */
export const filesBounds = {
  /** A persona, template or configuration file, in bytes. */
  textFileBytesMax: 1_000_000,
  /** What such a file may hold: levels of nesting, values (aliases expanded), and mistakes that are listed. */
  textFile: { depthMax: 32, valuesMax: 100_000, mistakesMax: 100 },
  /** Files in the presets folder. */
  presetsMax: 500,
} as const;

/** How much structure a JSON text has: values at most so many, and how deep they lie in one another. */
export type JsonMeasure = { readonly values: number; readonly depth: number };

/**
 * Measures a JSON text without parsing it, for a value takes far more memory than the two characters it can be written with. Counts until
 * one of the bounds is passed; what is not JSON is measured all the same.
 */
export const measureJson = (text: string, max: JsonMeasure): JsonMeasure => {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (isInString) {
      if (unit === 0x5c) index += 1;
      else if (unit === 0x22) isInString = false;
    } else if (unit === 0x22) isInString = true;
    else if (unit === 0x2c) values += 1;
    else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      values += 1;
      deepest = Math.max(deepest, depth);
    } else if (unit === 0x5d || unit === 0x7d) depth -= 1;
    if (values > max.values || deepest > max.depth) break;
  }
  return { values, depth: deepest };
};

import { bounds } from '../../../../core/bounds.ts';
import { print } from './print.ts';
import { plain, shade, viewOf } from './shadow.ts';
import { isMissing, mapIn, text, textIn, tooLong, type Value } from './values.ts';

/** Far above what a template pads to. */
const widthMax = 1000;
const placeholder = /%(?:\((?<name>[^)]*)\))?(?<flags>[-+ 0]*)(?<width>\d*)(?:\.(?<precision>\d+))?(?<kind>.)?/gsu;

/**
 * Python's `form % values`: `%s`, `%r`, `%d`, `%i`, `%f`, `%x` and `%%`, with flags, width and precision, and
 * `%(name)s` out of a mapping. What stands for a placeholder that is text is text, too.
 */
export const formatText = (form: string, values: readonly Value[]): string => {
  const view = viewOf(form);
  const members = values.length === 1 ? mapIn(values[0]) : undefined;
  const parts: string[] = [];
  let [from, used, length] = [0, 0, form.length];
  for (const { 0: found, index, groups = {} } of view.plain.matchAll(placeholder)) {
    const { name, kind } = groups;
    const value = kind === '%' ? text('%') : name === undefined ? values[used++] : members?.get(name);
    if (isMissing(value) || value === undefined)
      throw new Error(
        name === undefined ? 'there are fewer values than the format takes' : `the format takes ${name}, which is missing`,
      );
    const written = kind === '%' ? '%' : write(value, groups);
    const as = view.shadeAt(index);
    length += written.length * 2;
    if (length > bounds.chatTemplate.stringUnitsMax) throw tooLong();
    parts.push(view.cut(from, index), as === undefined ? written : shade(plain(written), as));
    from = index + found.length;
  }
  if (used < values.length && !members) throw new Error('there are more values than the format takes');
  return [...parts, view.cut(from)].join('');
};

const write = (value: Value, spec: Readonly<Record<string, string | undefined>>): string => {
  const { flags = '', kind = '' } = spec;
  const precision = spec.precision === undefined ? undefined : Math.min(Number(spec.precision), 100);
  const isNumber = 'dixf'.includes(kind) && kind !== '';
  let written: string;
  if (isNumber) {
    if (typeof value.value !== 'number') throw new Error(`%${kind} needs a number`);
    const size = Math.abs(kind === 'f' ? value.value : Math.trunc(value.value));
    written = kind === 'f' ? size.toFixed(precision ?? 6) : kind === 'x' ? size.toString(16) : String(size);
  } else if (kind === 's' || kind === 'r') {
    const string = printed(value);
    const quoted = kind === 'r' && textIn(value) !== undefined ? `'${string}'` : string;
    written = precision === undefined ? quoted : viewOf(quoted).cut(0, precision);
  } else throw new Error(`a format has no %${kind}; it has %s, %r, %d, %i, %f, %x and %%`);
  const isNegative = isNumber && (value.value as number) < 0;
  const sign = isNegative ? '-' : isNumber ? (/[+ ]/.exec(flags.includes('+') ? '+' : flags)?.[0] ?? '') : '';
  const missing = Math.min(Number(spec.width), widthMax) - sign.length - plain(written).length;
  if (missing <= 0) return sign + written;
  if (flags.includes('-')) return sign + written + ' '.repeat(missing);
  return isNumber && flags.includes('0') ? sign + '0'.repeat(missing) + written : ' '.repeat(missing) + sign + written;
};

/** Unlike `{{ none }}`, which a template prints as nothing. */
const printed = (value: Value): string => (value.value === null ? 'None' : print(value));

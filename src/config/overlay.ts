/** Values with others over them; what is absent or undefined in `over` stays as it is. */
export const overlay = <Values extends object>(
  values: Values,
  over: { readonly [Name in keyof Values]?: Values[Name] | undefined },
): Values => ({ ...values, ...Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined)) });

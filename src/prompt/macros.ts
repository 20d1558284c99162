export { createMacroExpander, expandMacros, type MacroExpander } from './macros/expander.ts';
export type { MacroValues } from './macros/values.ts';
export { type MacroVariables, noVariables } from './macros/variables.ts';
export { isVolatile, knownMacroNames, unknownMacros, volatileMacros } from './macros/volatile-macros.ts';

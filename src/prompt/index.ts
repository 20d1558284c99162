export type { NamesShown } from './arrange.ts';
export { chooseTemplate } from './choose-template.ts';
export { type ComposeDependencies, type ComposedPrompt, composePrompt } from './compose.ts';
export { parseConversation, turnsOf } from './conversation-file.ts';
export { type ComposeInput, macroNames, namesIn, promptTurns } from './draft.ts';
export { type InsertPosition, isEarly, type PromptInsert } from './inserts.ts';
export {
  createMacroExpander,
  knownMacroNames,
  type MacroExpander,
  type MacroValues,
  type MacroVariables,
  noVariables,
  unknownMacros,
} from './macros.ts';
export { cleanName, distinctNames } from './names.ts';
export { oldestShown } from './oldest-shown.ts';
export { orderTurns } from './order-turns.ts';
export type { PromptPart } from './parts.ts';
export { defaultSystemPrompt, earlyUser, exampleTold, expandQuotedFields } from './persona-text.ts';
export { type RenderOptions, renderPrompt, renderTemplate } from './render.ts';
export type { NativeTemplate, PromptTemplate, TextTemplate } from './template.ts';
export { parseTemplate, readTemplate } from './template-file.ts';
export { loadTemplates } from './template-folder.ts';

export {
  type Activation,
  type ActiveEntry,
  activate,
  type CountTokens,
  type EntryName,
  type SkippedEntry,
} from './activate.ts';
export { type Attached, createLoreAttachments, type LoreAttachments, type LorePlace, type LoreWhere } from './attachments.ts';
export { type BookFormat, bookBytes, type ReadBook, readBook } from './book-file.ts';
export { type BookOwners, createBookOwners } from './book-owners.ts';
export { emptyLorebook, entryTitle, findEntry, withEntry, withNewEntry, withoutEntry } from './edit-lorebook.ts';
export { emptyLoreState, type LoreEffect, type LoreState, readLoreState } from './effects.ts';
export { type EntryExplanation, explainActivation, explainText } from './explain.ts';
export { characterBookOf, lorebookFileOf, worldOf } from './export-lorebook.ts';
export { type ImportedLorebook, type ImportOptions, importLorebook, parseLorebook } from './import-lorebook.ts';
export { keysOfText, textOfKeys } from './keys-text.ts';
export { type LoreInsert, type LoreText, noLore, type PromptLore } from './lore-inserts.ts';
export { createLorePersonalData } from './lore-personal-data.ts';
export {
  type AnswerLore,
  type CountingBook,
  createLoreService,
  type LoreQuestion,
  type LoreService,
  type LoreServiceOptions,
} from './lore-service.ts';
export { createLoreStates, type LoreStates, type OpenLoreState } from './lore-states.ts';
export {
  type AddedLorebook,
  createLorebookCatalogue,
  type LorebookCatalogue,
  type LorebookCatalogueOptions,
} from './lorebook-catalogue.ts';
export {
  type EntrySettings,
  entrySettingsText,
  type LorebookFile,
  lorebookFileText,
  parseEntrySettings,
  parseLorebookFile,
} from './lorebook-file.ts';
export type { LorebookSummary } from './lorebook-shelves.ts';
export type { PlacedAtDepth, PlacedLore, PlacedText, Placement } from './place-entries.ts';
export { type PreparedLorebook, prepareLorebook } from './prepare-lorebook.ts';
export { type ActivationCause, causeText, type FoundKey, reasonText, type SkipReason } from './reasons.ts';
export type { LoreScope, ScanInput } from './scan-input.ts';

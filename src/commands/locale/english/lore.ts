/** What `/lore` says; its own file, like its translations beside it. */
export const loreEnglish = {
  loreUnknown: 'I know no lorebook of that name. {command} lists those there are.',
  loreUnknownNear: 'I know no lorebook of that name. Did you mean {near}?',
  loreEntryUnknown: '{book} has no such entry.',
  loreEntryUnknownNear: '{book} has no such entry. Did you mean {near}?',
  loreNotYours: '{book} can be changed only by the owner of the bot and by those who brought it.',
  loreMany: 'There are {max} lorebooks of yours already. Remove one first.',
  loreNoneHere: 'No lorebook counts here.',
  loreHere: 'Lorebooks that count here:',
  loreOthers: 'Others there are:',
  loreBookLine: '{name} ({id}), entries: {count}',
  loreMore: 'and {count} more',
  loreHow: '{attach} lets one count in a place, {import} takes one in.',
  loreInConversation: 'in this conversation',
  loreWithPersona: 'wherever {persona} answers',
  loreInServer: 'in this server',
  loreEverywhere: 'everywhere',
  loreConstant: 'always',
  loreIsOff: 'switched off',
  loreFieldKeys: 'Keys, separated by commas',
  loreFieldContent: 'Text',
  loreFieldTitle: 'Title, for people',
  loreFieldSecondary: 'Secondary keys',
  loreFieldSettings: 'Settings, such as order: 50',
  loreForm: 'An entry of {book}',
  loreAttached: '{book} counts {where} from now on.',
  loreAttachedAlready: '{book} counts {where} already.',
  loreDetached: '{book} does not count {where} any more.',
  loreNotAttached: '{book} was not attached {where}, so nothing has changed.',
  loreNoServer: 'There is no server here. Attach it to this conversation instead.',
  loreTestNothing: 'No lorebook counts here. Name one, or use {command} first.',
  loreTestNone: 'No entry would come into the prompt.',
  loreTestActive: 'Would come into the prompt ({count} of {all} entries, {tokens} tokens):',
  loreTestOthers: 'Would not:',
  loreRemarks: 'Remarks:',
  loreImported: 'Taken in: the lorebook {book} ({id}), entries: {count}.',
  loreUseHere: 'Use it here',
  loreExported: '{book} as a file:',
  loreRemovedBook: 'The lorebook {book} is removed.',
  loreRemovedEntry: 'The entry {entry} of {book} is removed.',
  loreBringBack: 'Bring it back',
  loreRestored: 'The lorebook {book} is back.',
  loreOn: 'The entry {entry} of {book} is switched on.',
  loreOff: 'The entry {entry} of {book} is switched off.',
  loreSaved: 'The entry {entry} of {book} is saved.',
  loreSettingsWrong: 'These settings can’t be used: {problems}.',
  loreEntryLong:
    'That entry has more than {max} characters in one place, too many for a form. Change it in the file that {export} gives.',
} as const;

export type LoreNotice = keyof typeof loreEnglish;

/** What `/lore` says and is called in another language. */
export type LoreTranslation = {
  readonly commands: Readonly<Record<string, readonly [name: string, description?: string]>>;
  readonly notices: Readonly<Record<LoreNotice, string>>;
};

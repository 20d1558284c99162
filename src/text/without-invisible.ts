// In these scripts the joiners decide how letters are written, so that names need them.
const joined = String.raw`[\p{sc=Arab}\p{sc=Syrc}\p{sc=Mong}\p{sc=Deva}\p{sc=Beng}\p{sc=Guru}\p{sc=Gujr}\p{sc=Orya}\p{sc=Taml}\p{sc=Telu}\p{sc=Knda}\p{sc=Mlym}\p{sc=Sinh}]`;
const kept = [
  // Between the parts of an emoji, and what chooses the form of a character.
  String.raw`(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d(?=\p{Extended_Pictographic})`,
  String.raw`(?<=[^\p{DI}\s])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]`,
  String.raw`\u{1f3f4}[\u{e0020}-\u{e007e}]{1,16}\u{e007f}`,
  String.raw`(?<=${joined})[\u200c\u200d](?=${joined})`,
].join('|');
const keptOrInvisible = new RegExp(String.raw`(${kept})|\p{DI}`, 'gu');

/**
 * A name without characters that nobody sees: those that turn the direction of writing, with which a name can be made to look like
 * another one, and those without a width. What emoji and some scripts need between visible characters stays.
 */
export const withoutInvisible = (name: string): string =>
  name.replace(keptOrInvisible, (_whole, needed: string | undefined) => needed ?? '');

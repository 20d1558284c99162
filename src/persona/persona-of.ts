import type { JsonObject } from '../core/json.ts';
import type { Persona } from '../core/persona.ts';
import { type Checked, check } from '../text/check.ts';
import type { TextDocument } from '../text/parse-yaml.ts';
import { cardOf, isCard } from './card/card.ts';
import { cleanTexts, givenTexts } from './card/card-fields.ts';
import { withNote } from './note.ts';
import { type PersonaFile, personaSchema } from './schema.ts';
import { clean, cleanName, summaryOf } from './texts.ts';

/**
 * The persona that a parsed file describes: in this project's own form, or as a character card
 * (recognised by the names it uses).
 */
export const personaOf = (document: TextDocument, id: string): Checked<Persona> => {
  const { value, mistakes } = describedIn(document, id);
  return mistakes === undefined ? { value: value.persona } : { mistakes };
};

/** The same with the picture that the own form names; whether there is such a file is not looked at. */
export const describedIn = (
  document: TextDocument,
  id: string,
): Checked<{ readonly persona: Persona; readonly isCard: boolean; readonly picture?: string }> => {
  if (isCard(document.value)) {
    const { value: card, mistakes } = cardOf(document);
    return mistakes === undefined ? { value: { persona: Object.freeze({ id, ...card.fields }), isCard: true } } : { mistakes };
  }
  const { value: file, mistakes } = check(document, personaSchema);
  if (mistakes !== undefined) return { mistakes };
  return { value: { persona: ofFile(file, id), isCard: false, ...(file.avatar && { picture: file.avatar }) } };
};

const ofFile = (file: PersonaFile, id: string): Persona => {
  const name = cleanName(file.name);
  const depthText = clean(file.depthPrompt?.text ?? '');
  const lists = {
    alternateGreetings: cleanTexts(file.alternateGreetings),
    groupOnlyGreetings: cleanTexts(file.groupOnlyGreetings),
    tags: cleanTexts(file.tags),
  };
  return Object.freeze({
    id,
    name,
    summary: clean(file.summary ?? '') || summaryOf(file, name),
    ...givenTexts({
      nickname: cleanName(file.nickname ?? ''),
      systemPrompt: file.systemPrompt,
      description: file.description,
      personality: file.personality,
      scenario: file.scenario,
      greeting: file.greeting,
      exampleDialogue: file.exampleDialogue,
      postHistoryInstructions: file.postHistoryInstructions,
      creatorNotes: file.creatorNotes,
      creator: file.creator,
      version: file.version,
      worldName: file.worldName,
    }),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(file.depthPrompt && depthText !== '' && { depthPrompt: { ...file.depthPrompt, text: depthText } }),
    ...withNote(file.note),
    ...(typeof file.talkativeness === 'number' && { talkativeness: file.talkativeness }),
    ...(file.characterBook && { characterBook: file.characterBook as JsonObject }),
  });
};

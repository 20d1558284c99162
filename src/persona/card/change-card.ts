import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Persona } from '../../core/persona.ts';
import { writtenNote } from '../note.ts';
import { type Card, fieldsIn } from './card.ts';
import { rawOfCard, rawOfPersona } from './card-form.ts';
import type { Picture } from './picture.ts';
import { type ReadCard, readCard } from './read-card.ts';
import { writeCard } from './write-card.ts';

/** What can be changed of a card. `undefined` empties a field; what is not named stays. */
export type CardChanges = {
  readonly [Name in keyof Omit<Persona, 'id' | 'avatar' | 'characterBook' | 'worldName'>]?: Persona[Name] | undefined;
};

/** The fields that are texts, as cards call them now and once did. */
const textFields = {
  name: ['name', 'char_name'],
  nickname: ['nickname'],
  description: ['description', 'char_persona'],
  personality: ['personality'],
  scenario: ['scenario', 'world_scenario'],
  greeting: ['first_mes', 'char_greeting'],
  exampleDialogue: ['mes_example', 'example_dialogue'],
  systemPrompt: ['system_prompt'],
  postHistoryInstructions: ['post_history_instructions'],
  creatorNotes: ['creator_notes', 'creatorcomment'],
  creator: ['creator'],
  version: ['character_version'],
} as const satisfies Partial<Record<keyof CardChanges, readonly [string, ...string[]]>>;

const listFields = {
  alternateGreetings: 'alternate_greetings',
  groupOnlyGreetings: 'group_only_greetings',
  tags: 'tags',
} as const satisfies Partial<Record<keyof CardChanges, string>>;

type Fields = Record<string, JsonValue>;

/**
 * The file of a card with some fields changed. All else that stands in it stays, known or not, macros as they are; so does its picture: in a PNG,
 * or within the JSON where the picture is of another kind. Other files of an archive are left out.
 *
 * @throws PaddockError `bad-input` when it would be too large to be read again
 */
export const changeCard = ({ card, format, picture }: ReadCard, changes: CardChanges): Uint8Array => {
  const version = card.version === 3 ? 3 : 2;
  const raw = changedRaw(rawOfCard(card, version), changes);
  const changed: Card = { ...card, version, raw };
  const isText = format === 'json' || format === 'yaml';
  const asJson = (): Uint8Array => writeCard({ card: changed }, { format: 'json' });
  // A picture that is written in the card itself is there already.
  if (picture === undefined || (isText && hasPicture(asJson()))) return asJson();
  if (picture.mediaType === 'image/png') return writeCard({ card: changed, picture }, { format: 'png' });
  return writeCard({ card: { ...changed, raw: withIcon(raw, picture) } }, { format: 'json' });
};

/** The file of a new card. */
export const newCard = (persona: CardChanges & Pick<Persona, 'name'>): Uint8Array => {
  const raw = changedRaw(rawOfPersona({ id: 'new', name: persona.name, summary: '' }), persona);
  const card: Card = { version: 3, fields: { name: persona.name, summary: '' }, raw, warnings: [] };
  return writeCard({ card }, { format: 'json' });
};

const changedRaw = (raw: JsonObject, changes: CardChanges): JsonObject => {
  const data: Fields = { ...fieldsIn(raw) };
  const extensions: Fields = isJsonObject(data.extensions) ? { ...data.extensions } : {};
  const own: Fields = isJsonObject(extensions.paddock) ? { ...extensions.paddock } : {};
  for (const [name, [present, ...former]] of Object.entries(textFields)) {
    if (!(name in changes)) continue;
    const text = changes[name as keyof typeof textFields];
    if (text !== undefined || present in data) data[present] = text ?? '';
    for (const old of former) delete data[old];
  }
  for (const [name, field] of Object.entries(listFields)) {
    if (name in changes) data[field] = changes[name as keyof typeof listFields] ?? [];
  }
  if ('summary' in changes) {
    delete data.summary;
    set(own, 'summary', changes.summary);
  }
  if ('note' in changes) set(own, 'note', changes.note && writtenNote(changes.note));
  if ('summary' in changes || 'note' in changes) {
    set(extensions, 'paddock', Object.keys(own).length === 0 ? undefined : own);
  }
  if ('talkativeness' in changes) {
    delete data.talkativeness;
    set(extensions, 'talkativeness', changes.talkativeness);
  }
  if ('depthPrompt' in changes) {
    const { text, depth, role } = changes.depthPrompt ?? {};
    set(extensions, 'depth_prompt', text === undefined ? undefined : { prompt: text, depth: depth ?? 4, role: role ?? 'system' });
  }
  data.extensions = extensions;
  return { ...aligned(raw, data, changes), data };
};

/** Many programs write the fields of the first specification beside `data`, for those that know no other: they shall not say something else. */
const aligned = (raw: JsonObject, data: JsonObject, changes: CardChanges): JsonObject => {
  const around: Fields = { ...raw };
  for (const [name, [present, ...former]] of Object.entries(textFields)) {
    if (!(name in changes)) continue;
    for (const field of [present, ...former]) if (typeof around[field] === 'string') around[field] = data[present] ?? '';
  }
  if ('tags' in changes && Array.isArray(around.tags)) around.tags = data.tags ?? [];
  if ('talkativeness' in changes && 'talkativeness' in around) set(around, 'talkativeness', changes.talkativeness);
  return around;
};

const set = (fields: Fields, name: string, value: JsonValue | undefined): void => {
  if (value === undefined) delete fields[name];
  else fields[name] = value;
};

const hasPicture = (bytes: Uint8Array): boolean => readCard(bytes).picture !== undefined;

/** The card with its main picture written in it. */
const withIcon = (raw: JsonObject, { bytes, mediaType }: Picture): JsonObject => {
  const data = fieldsIn(raw);
  const assets = Array.isArray(data.assets) ? data.assets : [];
  const others = assets.filter((asset) => !(isJsonObject(asset) && asset.type === 'icon' && asset.name === 'main'));
  const uri = `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
  const icon = { type: 'icon', uri, name: 'main', ext: mediaType.replace('image/', '') };
  return { ...raw, data: { ...data, assets: [icon, ...others] } };
};

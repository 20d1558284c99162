// A call of every slash command of the real bot, in the order in which they are made.
import type { FakeAttachment, OptionValue } from '../fakes/discord/index.ts';
import type { openApp } from './discord-app-kit.ts';

export type Bot = Awaited<ReturnType<typeof openApp>>;
type Options = Readonly<Record<string, OptionValue>>;

export const configuration = `
engine: { gpuLayers: 0, threads: 1 }
answer: { tokensMax: 12 }
reply: { buttons: true }
`;

export const fileOf = (name: string, value: unknown): FakeAttachment => ({
  name,
  contentType: 'application/json',
  bytes: new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)),
});

/** The demo model's answer, cut at the configuration's number of tokens. */
export const answer = /I'm Paddock's built-in demo model/;
export const fair = {
  name: 'Fair',
  entries: { 0: { uid: 0, key: ['marrow'], content: 'The marrow is gone.', comment: 'Marrow' } },
};
export const rook = { name: 'Rook', description: 'A bird.', first_mes: 'Hm.', mes_example: 'Caw.' };
export const persona = { name: 'Gwen', description: 'Keeps bees.', personality: '', scenario: '', greeting: 'Hi.' };
const past = {
  paddockConversation: 1,
  turns: [{ role: 'user', speaker: { id: 'discord:9', name: 'Bo' }, texts: ['An old story.'], shown: 0, at: 1 }],
};

/** A call of a slash command by the bot's owner, and what it says; `form` fills in what it opens instead. */
type Call = {
  readonly path: string;
  readonly options?: Options | ((bot: Bot) => Options);
  /** Of the form that it opens: how it is filled in. */
  readonly form?: Readonly<Record<string, string>>;
  readonly says: RegExp;
  /** The name of the file that comes with it. */
  readonly file?: RegExp;
  /** The label of a button under it that is pressed, and what comes of that. */
  readonly press?: { readonly label: string; readonly says: RegExp };
};

export const calls: readonly Call[] = [
  { path: 'help', says: /\/chat <text>/ },
  { path: 'help', options: { command: 'persona use' }, says: /persona use/ },
  // Its answer stands in the channel, as others do: see discord-chat.test.ts.
  { path: 'chat', options: { text: 'How are you?' }, says: /^> The Owner: How are you\?$/ },
  {
    path: 'chat',
    options: { text: 'psst', private: true, persona: 'ember', file: fileOf('notes.txt', 'A note.') },
    says: answer,
  },
  { path: 'regenerate', says: /^Done\.$/ },
  { path: 'regenerate', options: { guidance: 'shorter' }, says: /^Done\.$/ },
  { path: 'swipe', options: { to: 'previous' }, says: /^Done\.$/ },
  { path: 'continue', says: /^Done\.$/ },
  { path: 'impersonate', says: answer },
  { path: 'undo', options: { count: 1 }, says: /forgotten: 2/ },
  { path: 'stop', says: /Nothing is being written here/ },
  { path: 'persona list', says: /Personas to choose from:[\s\S]*ember/ },
  { path: 'persona show', options: { name: 'ember' }, says: /Ember/ },
  { path: 'persona use', options: { name: 'ember' }, says: /Ember/ },
  { path: 'persona clear', says: /Paddock answers here again/ },
  { path: 'persona default', options: { name: 'ember', scope: 'channel' }, says: /ember/ },
  { path: 'config reset', options: { name: 'persona', scope: 'channel' }, says: /persona/ },
  {
    path: 'persona import',
    options: { file: fileOf('rook.json', rook) },
    says: /Taken in: Rook \(rook\)[\s\S]*Remarks on the card/,
  },
  { path: 'persona import', options: { file: fileOf('rook.json', rook), replace: 'rook' }, says: /has taken the place/ },
  { path: 'persona export', options: { name: 'rook', format: 'png' }, says: /Rook as a character card/, file: /^rook\.png$/ },
  { path: 'persona edit', options: { name: 'rook' }, form: { ...persona, name: 'Rook' }, says: /Rook \(rook\) is changed/ },
  { path: 'persona delete', options: { name: 'rook' }, says: /Rook \(rook\) is removed/ },
  { path: 'persona restore', options: { name: 'rook' }, says: /Rook \(rook\) is back/ },
  { path: 'persona create', form: persona, says: /Gwen \(gwen\) is a persona now/ },
  { path: 'persona reload', says: /Personas there are: \d+/ },
  { path: 'scene start', options: { personas: 'ember, tansy', mode: 'manual' }, says: /Ember[\s\S]*Tansy/ },
  { path: 'scene show', says: /Ember[\s\S]*Tansy/ },
  { path: 'scene add', options: { persona: 'rudd', knows_all: true }, says: /Rudd/ },
  { path: 'scene mute', options: { persona: 'rudd' }, says: /Rudd/ },
  { path: 'scene unmute', options: { persona: 'rudd' }, says: /Rudd/ },
  { path: 'scene remove', options: { persona: 'rudd' }, says: /Rudd/ },
  { path: 'scene mode', options: { mode: 'list' }, says: /Who answers: list/ },
  { path: 'scene cards', options: { cards: 'join' }, says: /Descriptions: join/ },
  { path: 'scene scenario', options: { text: 'A fair in the rain.' }, says: /This scenario counts here/ },
  { path: 'scene auto', options: { turns: 2, pause: 600 }, says: /up to 2 turns, 600 seconds/ },
  { path: 'scene speak', options: { persona: 'tansy' }, says: /^Done\.$/ },
  { path: 'scene narrator', says: /Nobody narrates here/ },
  { path: 'scene end', says: /The scene is over/ },
  { path: 'scenario set', options: { text: 'A quiet inn.' }, says: /This scenario counts here/ },
  { path: 'scenario show', says: /A quiet inn\./ },
  { path: 'scenario clear', says: /own scenarios count here again/ },
  { path: 'note set', options: { text: 'It rains.', depth: 2 }, says: /counts from the next answer[\s\S]*It rains\./ },
  { path: 'note set', form: { text: 'It snows.' }, says: /It snows\./ },
  { path: 'note show', says: /It snows\./ },
  { path: 'note clear', says: /The note is gone/ },
  { path: 'note persona', says: /brings no note of its own/ },
  { path: 'summary edit', form: { text: 'They met at the inn.' }, says: /The summary counts/ },
  { path: 'summary show', says: /They met at the inn\./ },
  { path: 'summary make', says: /nothing to summarise/ },
  { path: 'summary off', says: /neither made nor used/ },
  { path: 'summary on', says: /made and used/ },
  { path: 'summary clear', says: /The summary is forgotten/ },
  { path: 'me set', options: { name: 'Captain', description: 'Sails.' }, says: /I will know you as that/ },
  { path: 'me show', says: /Captain[\s\S]*Sails\./ },
  { path: 'me clear', says: /I have forgotten that/ },
  { path: 'lore import', options: { file: fileOf('fair.json', fair) }, says: /Fair/ },
  { path: 'lore list', says: /fair/ },
  { path: 'lore show', options: { book: 'fair' }, says: /Marrow/ },
  { path: 'lore attach', options: { book: 'fair' }, says: /Fair/ },
  { path: 'lore test', options: { text: 'Where is the marrow?' }, says: /Marrow/ },
  {
    path: 'lore add',
    options: { book: 'fair', keys: 'tent', content: 'The tent is white.' },
    says: /The entry tent of Fair is saved/,
  },
  {
    path: 'lore edit',
    options: { book: 'fair', entry: 'Marrow' },
    form: { title: 'Marrow', keys: 'marrow', content: 'The marrow is back.' },
    says: /The entry Marrow of Fair is saved/,
  },
  { path: 'lore toggle', options: { book: 'fair', entry: 'Marrow' }, says: /Marrow|Fair/ },
  { path: 'lore export', options: { book: 'fair', format: 'world' }, says: /^/, file: /\.json$/ },
  { path: 'lore remove', options: { book: 'fair' }, says: /Fair/ },
  { path: 'lore restore', options: { book: 'fair' }, says: /Fair/ },
  { path: 'lore detach', options: { book: 'fair' }, says: /does not count/ },
  { path: 'memory import', options: { file: fileOf('past.json', past) }, says: /1/ },
  { path: 'memory show', says: /Messages that I remember: \d+\. Page 1/ },
  { path: 'memory search', options: { words: 'hello' }, says: /hello/ },
  { path: 'memory export', options: { format: 'jsonl' }, says: /^/, file: /\.jsonl$/ },
  { path: 'memory edit', options: { which: '1', text: 'Said in other words.' }, says: /^Done\.$/ },
  { path: 'memory edit', options: { which: '1' }, form: { text: 'Said once more.' }, says: /^Done\.$/ },
  { path: 'memory pin', options: { which: '1' }, says: /stays in the prompt/ },
  {
    path: 'memory show',
    options: { pinned: true },
    says: /Pinned: 1 of 20/,
    press: { label: '◀', says: /Messages that I remember: \d+\. Page 1/ },
  },
  { path: 'memory unpin', options: { which: 'once more' }, says: /not pinned any more/ },
  { path: 'memory forget', options: { count: 1 }, says: /1/ },
  { path: 'config show', options: { filter: 'temperature' }, says: /temperature: 0\.8/ },
  { path: 'config set', options: { name: 'sampling.temperature', value: '0.5' }, says: /temperature is 0\.5 now/ },
  { path: 'config reset', options: { name: 'sampling.temperature' }, says: /temperature/ },
  { path: 'config preset', options: { name: 'auto', scope: 'channel' }, says: /preset/ },
  { path: 'sampling', options: { name: 'temperature', value: '0.7', scope: 'channel' }, says: /temperature is 0\.7 now/ },
  { path: 'template', options: { name: 'chatml', scope: 'channel' }, says: /template is chatml now/ },
  { path: 'limit', options: { user: 100, server: 1000, scope: 'server' }, says: /100/ },
  { path: 'access block', options: ({ channel }) => ({ channel, scope: 'server' }), says: /can’t use me any more/ },
  { path: 'access show', options: { scope: 'server' }, says: /Blocked: <#/ },
  { path: 'access remove', options: ({ channel }) => ({ channel, scope: 'server' }), says: /is on no list any more/ },
  { path: 'access allow', options: ({ ada }) => ({ user: ada, scope: 'server' }), says: /may use me/ },
  { path: 'access remove', options: ({ ada }) => ({ user: ada, scope: 'server' }), says: /is on no list any more/ },
  { path: 'model', says: /Paddock demo/ },
  { path: 'prompt', says: /The prompt for the last message here has \d+ tokens/ },
  { path: 'status', says: /Model: Paddock demo/ },
  { path: 'stats', says: /Answers since the start: \d+, failed: 0/ },
  { path: 'queue show', says: /Answers being written: 0/ },
  { path: 'queue cancel', says: /Nothing of yours/ },
  { path: 'queue clear', says: /Nothing is being written/ },
  { path: 'say', options: { text: 'Good evening.' }, says: /^Good evening\.$/ },
  { path: 'admin reload', says: /Read anew/ },
  { path: 'admin servers', says: /Meadow/ },
  { path: 'admin leave', options: ({ spare }) => ({ server: spare.id }), says: /left/i },
  { path: 'privacy export', says: /all that I keep of you/, file: /my-data\.json/ },
  { path: 'privacy optout', says: /neither remember nor use/ },
  { path: 'privacy optin', says: /can remember what you say/ },
  { path: 'privacy delete', says: /can’t be had back/, press: { label: 'Delete everything', says: /^Deleted\./ } },
  { path: 'reset', says: /We start anew/ },
  // The persona began anew when everything was forgotten.
  { path: 'greeting', says: /Something was said here already/ },
  { path: 'admin shutdown', says: /This ends me everywhere/, press: { label: 'Shut down', says: /./ } },
];

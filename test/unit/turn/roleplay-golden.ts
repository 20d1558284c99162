// The prompt of a card that has every field, in a scene of three members with two humans: for golden files.
import { readFileSync } from 'node:fs';
import type { Persona } from '../../../src/core/persona.ts';
import type { Prompt } from '../../../src/core/prompt.ts';
import { promptText } from '../../../src/core/prompt.ts';
import { createLoreAttachments, createLoreService, createLoreStates } from '../../../src/lore/index.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { chooseTemplate } from '../../../src/prompt/index.ts';
import { openStore } from '../../../src/store/store.ts';
import { preparePrompt } from '../../../src/turn/prepare.ts';
import { createFakeEngine } from '../../fakes/engine.ts';
import { createValueStore } from '../../fakes/value-store.ts';
import { family, marked, type templatesOnOneThread } from '../engine/chat-template-kit.ts';
import { templates } from '../prompt/templates.ts';

export const goldenFolder = new URL('../../golden/roleplay/', import.meta.url);
export const goldenTemplates = ['alpaca', 'chatml', 'zephyr', 'native'] as const;
export const goldenCases = ['question', 'follows', 'continued'] as const;
export type GoldenCase = (typeof goldenCases)[number];

const conversation = 'golden:fen';
const orrin: Persona = {
  id: 'orrin',
  name: 'Orrin',
  summary: '',
  description: '{{char}} ferries people over.',
  personality: 'Gruff.',
};
const sable: Persona = { id: 'sable', name: 'Sable', summary: '', description: '{{char}} is a cat.' };
const ada = { id: 'test:ada', name: 'Ada' };
const bo = { id: 'test:bo', name: 'Bo' };

/** Texts that are not control stand in ⟦⟧ for `native`; the other forms show their text as it is. */
export const goldenPrompt = async (
  templateId: (typeof goldenTemplates)[number],
  which: GoldenCase,
  jinja: ReturnType<typeof templatesOnOneThread>,
): Promise<string> => {
  const { card } = readCard(readFileSync(new URL('card.json', goldenFolder)));
  const wren: Persona = { ...card.fields, id: 'wren' };
  const memory = createMemory({ store: await openStore('memory://'), now: () => 0 });
  const say = async (speaker: typeof ada, text: string, replyTo?: string): Promise<string> => {
    const role = speaker.id.startsWith('persona:') ? 'assistant' : 'user';
    const said = { role, speaker, text, at: 0, messageIds: [], ...(replyTo !== undefined && { replyTo }) } as const;
    return (await memory.append(conversation, said)).turn.id;
  };
  const speakerOf = ({ id, name }: Persona) => ({ id: `persona:${id}`, name });
  const first = await say(ada, 'Good evening. Is anybody here?');
  await say(speakerOf(orrin), 'Only the ferryman.', first);
  const second = await say(bo, 'We saw marsh lights on the way.');
  await say(speakerOf(wren), 'You should not look at them.', second);
  await say(speakerOf(sable), 'Mrrp.', second);
  const question = await say(ada, 'Why not, {{char}}?\nBo: I know why.');
  if (which === 'follows') await say(speakerOf(orrin), 'She will not say.', question);
  await memory.configure(conversation, {
    scene: {
      members: [{ personaId: 'wren' }, { personaId: 'orrin' }, { personaId: 'sable', isMuted: true }],
      speaking: 'natural',
      cards: 'join-all',
      scenario: 'SCENE: night at the inn; {{group}} are in the room with {{user}}.',
    },
    note: { text: 'NOTE: keep {{user}} guessing.', interval: 1, position: { at: 'depth', depth: 3 }, role: 'system' },
    summary: { text: 'SUMMARY: they met on the road.', throughId: '' },
  });
  const personas = [wren, orrin, sable];
  const store = createValueStore();
  const lore = createLoreService({
    catalogue: { get: async () => undefined, find: () => undefined },
    attachments: createLoreAttachments({ store }),
    states: createLoreStates({ store }),
    random: () => 0,
  });
  const fake = createFakeEngine({ model: { contextTokens: 8192, hasChatTemplate: true } });
  const native = jinja.of(family('llama-3').template, family('llama-3'));
  const prepared = await preparePrompt(
    {
      memory,
      engine: { ...fake, renderChat: (messages, options) => native.render(messages, options) },
      persona: ({ personaId }) => personas.find(({ id }) => id === personaId) ?? wren,
      personaById: (id) => personas.find((persona) => persona.id === id),
      template: () => chooseTemplate(templates, templateId)(undefined),
      outputTokensMax: 200,
      stopStrings: [],
      human: async (id) => (id === ada.id ? { name: 'Ada', description: 'Ada counts birds.' } : undefined),
      lore,
      now: () => 0,
      random: () => 0,
    },
    conversation,
    {
      personaId: 'wren',
      ...(which === 'follows' ? { follows: true } : { questionId: question }),
      ...(which === 'continued' && { open: 'They are', kind: 'continue' as const }),
    },
  );
  if (!prepared) throw new Error('the question is there');
  const prompt: Prompt = prepared.composed.prompt;
  const stops = prepared.stopStrings.map((stop) => JSON.stringify(stop)).join(' ');
  return `${templateId === 'native' ? marked(prompt) : promptText(prompt)}\n\n=== stop strings: ${stops}\n`;
};

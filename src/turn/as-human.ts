import type { Speaker, Turn } from '../core/conversation.ts';
import type { Persona } from '../core/persona.ts';

/**
 * A conversation with its sides changed, for a model that is to write what a human says next: their
 * turns are the answers, and everybody else's, the persona's too, are what is answered.
 */
export const asHuman = (
  human: Speaker,
  persona: Persona,
  turns: readonly Turn[],
  pins: readonly Turn[] = [],
): { readonly persona: Persona; readonly turns: readonly Turn[]; readonly pins: readonly Turn[] } => {
  const about = [persona.description, persona.personality].map((text) => text?.trim() ?? '').filter((text) => text !== '');
  const speaker = { id: `persona:${humanId}`, name: human.name };
  const changed = ({ replyTo: _order, ...turn }: Turn): Turn =>
    turn.speaker.id === human.id ? { ...turn, role: 'assistant', speaker } : { ...turn, role: 'user' };
  return {
    persona: {
      id: humanId,
      name: human.name,
      summary: '',
      systemPrompt: systemPrompt(persona.name, about),
      ...(persona.scenario !== undefined && { scenario: swapped(persona.scenario, persona.name) }),
    },
    turns: turns.map(changed),
    pins: pins.map(changed),
  };
};

const humanId = 'human';

const systemPrompt = (personaName: string, about: readonly string[]): string =>
  [
    `You are {{char}}, a human who talks with ${personaName}. Read the conversation and write the next message of {{char}}, in {{char}}'s own voice and manner, as {{char}} has written so far. Write that one message only: never speak, act or decide for anybody else, and don't put a name in front of what you say.`,
    ...about.map((text) => `About ${personaName}: ${swapped(text, personaName)}`),
  ].join('\n\n');

/** A persona's field read from the other side: its `{{user}}` is who writes now, its `{{char}}` somebody else. */
const swapped = (text: string, personaName: string): string =>
  text.replace(/\{\{\s*(char|user)\s*\}\}|<(bot|user)>/gi, (_macro, braced?: string, angled?: string) =>
    (braced ?? angled ?? '').toLowerCase() === 'user' ? '{{char}}' : personaName,
  );

import { bounds } from '../core/bounds.ts';
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
  const { nickname: personaName = persona.name } = persona;
  const about = [quoting(persona, 'description'), quoting(persona, 'personality')].filter((text) => text !== '');
  const speaker = { id: `persona:${humanId}`, name: human.name };
  const changed = ({ replyTo: _order, ...turn }: Turn): Turn =>
    turn.speaker.id === human.id ? { ...turn, role: 'assistant', speaker } : { ...turn, role: 'user' };
  return {
    persona: {
      id: humanId,
      name: human.name,
      summary: '',
      systemPrompt: systemPrompt(personaName, about),
      ...(persona.scenario !== undefined && { scenario: swapped(quoting(persona, 'scenario'), personaName) }),
    },
    turns: turns.map(changed),
    pins: pins.map(changed),
  };
};

/** The turns of such a conversation as they were said. */
export const asSaid = (human: Speaker, turns: readonly Turn[]): readonly Turn[] =>
  turns.map((turn) =>
    turn.speaker.id === `persona:${humanId}`
      ? { ...turn, role: 'user', speaker: human }
      : { ...turn, role: turn.speaker.id.startsWith('persona:') ? 'assistant' : 'user' },
  );

const humanId = 'human';

const quoted = /\{\{\s*(description|personality|scenario)\s*\}\}/gi;

/**
 * A field of the persona, which is none of the human's: where it quotes another one, that one's text stands in place of the macro, itself
 * quoting nothing.
 */
const quoting = (persona: Persona, field: 'description' | 'personality' | 'scenario'): string => {
  const { description = '', personality = '', scenario = '' } = persona;
  const others: Readonly<Record<string, string>> = { description, personality, scenario, [field]: '' };
  let charactersLeft: number = bounds.macros.outputCharactersMax;
  const text = (persona[field] ?? '').replace(quoted, (_macro, name: string) => {
    const other = others[name.toLowerCase()]?.replaceAll(quoted, '').trim() ?? '';
    charactersLeft -= other.length;
    return charactersLeft < 0 ? '' : other;
  });
  return text.trim();
};

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

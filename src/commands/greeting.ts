import type { Command, CommandContext } from '../core/command.ts';
import type { Persona } from '../core/persona.ts';
import { currentPersona } from './current-persona.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { revisePlace } from './meant-answer.ts';
import { refusal, shownPath } from './refusal.ts';
import type { CommandServices } from './services.ts';

export type GreetingServices = Pick<CommandServices, 'memory' | 'personas' | 'personaAt' | 'roleplay'>;

/** `/greeting`: lets whoever answers here begin the conversation; other greetings are the swipes of that message. */
export const createGreetingCommand = (services: GreetingServices): Command =>
  defineCommand({
    name: 'greeting',
    description: 'Let the persona begin the conversation with its greeting',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { conversation, locale } = context;
      if ((await services.memory.count(conversation)) > 0)
        throw refusal('not-allowed', context, 'greetingLate', { command: shownPath('reset', context) });
      const greeted = await greetHere(services, context);
      return { text: say(locale, greeted > 0 ? 'done' : 'greetingNone'), isPrivate: true };
    },
  });

/** Lets whoever answers here begin an empty conversation. @returns how many greeted: none without a greeting */
export const greetHere = async (services: GreetingServices, context: CommandContext): Promise<number> => {
  const { conversation, user } = context;
  const { scene } = await services.memory.settings(conversation);
  const members = scene?.members
    .filter(({ isMuted = false }) => !isMuted)
    .map(({ personaId }) => services.personas.get(personaId));
  const personas: readonly Persona[] = members?.filter((persona) => persona !== undefined) ?? [
    await currentPersona(services, context),
  ];
  return await services.roleplay.greet(revisePlace(context), personas, {
    userName: user.name,
    isInScene: scene !== undefined,
  });
};

import type { Command } from '../core/command.ts';
import type { Persona } from '../core/persona.ts';
import { currentPersona } from './current-persona.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { revisePlace } from './meant-answer.ts';
import { refusal, shownPath } from './refusal.ts';
import type { CommandServices } from './services.ts';

type GreetingServices = Pick<CommandServices, 'memory' | 'personas' | 'personaAt' | 'roleplay'>;

/** `/greeting`: lets whoever answers here begin the conversation; other greetings are the swipes of that message. */
export const createGreetingCommand = (services: GreetingServices): Command =>
  defineCommand({
    name: 'greeting',
    description: 'Let the persona begin the conversation with its greeting',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { conversation, user, locale } = context;
      if ((await services.memory.count(conversation)) > 0)
        throw refusal('not-allowed', context, 'greetingLate', { command: shownPath('reset', context) });
      const { scene } = await services.memory.settings(conversation);
      const members = scene?.members
        .filter(({ isMuted = false }) => !isMuted)
        .map(({ personaId }) => services.personas.get(personaId));
      const personas: readonly Persona[] = members?.filter((persona) => persona !== undefined) ?? [
        await currentPersona(services, context),
      ];
      const how = { userName: user.name, isInScene: scene !== undefined };
      const greeted = await services.roleplay.greet(revisePlace(context), personas, how);
      return { text: say(locale, greeted > 0 ? 'done' : 'greetingNone'), isPrivate: true };
    },
  });

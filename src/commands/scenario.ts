import { bounds } from '../core/bounds.ts';
import type { Command } from '../core/command.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { shownPath } from './refusal.ts';
import { requireManager } from './roleplay-manager.ts';
import type { CommandServices } from './services.ts';

type ScenarioServices = Pick<CommandServices, 'memory'>;

/** `/scenario show|set|clear`: takes the place of the persona's scenario in a conversation. */
export const createScenarioCommand = ({ memory }: ScenarioServices): Command => ({
  name: 'scenario',
  description: 'Where this conversation takes place, instead of the persona’s own scenario',
  short: { alone: 'show', rest: 'set' },
  subcommands: [
    defineCommand({
      name: 'show',
      description: 'Show the scenario of this conversation',
      options: [],
      rank: 'everyone',
      run: async (context) => {
        const { scenario, scene } = await memory.settings(context.conversation);
        const none = say(context.locale, 'scenarioNone', { command: shownPath('scenario set', context) });
        return { text: scene?.scenario ?? scenario ?? none, isPrivate: true };
      },
    }),
    defineCommand({
      name: 'set',
      description: 'Say where this conversation takes place',
      options: [{ name: 'text', description: 'The scenario', isRequired: true, max: bounds.conversationTextCharactersMax }],
      rank: 'everyone',
      run: async (context, { text }) => {
        requireManager(context, 'scenario set');
        await memory.configure(context.conversation, { scenario: text.trim() });
        return { text: say(context.locale, 'scenarioSet'), isPrivate: false };
      },
    }),
    defineCommand({
      name: 'clear',
      description: 'Go back to the persona’s own scenario',
      options: [],
      rank: 'everyone',
      run: async (context) => {
        requireManager(context, 'scenario clear');
        await memory.configure(context.conversation, { scenario: undefined });
        return { text: say(context.locale, 'scenarioCleared'), isPrivate: false };
      },
    }),
  ],
});

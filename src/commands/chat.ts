import { bounds } from '../core/bounds.ts';
import type { Command, CommandAttachment, CommandContext } from '../core/command.ts';
import { completions } from './completions.ts';
import { defineCommand } from './define-command.ts';
import { findPersona, namesHere } from './find-persona.ts';
import { say } from './locale/index.ts';
import { counted, revisePlace } from './meant-answer.ts';
import { mayChoosePersona, requirePersonaChoice } from './persona-choice.ts';
import { refusal } from './refusal.ts';
import type { CommandServices } from './services.ts';

type ChatServices = Pick<CommandServices, 'answers' | 'personas' | 'quota' | 'settings' | 'optOuts'>;

/** Characters of a question that stand above its answer. */
const quotedMax = 300;

/** `/chat text`: asks something without writing a message, privately if wanted, by another persona, with a file. */
export const createChatCommand = (services: ChatServices): Command =>
  defineCommand({
    name: 'chat',
    description: 'Ask me something, only for yourself if you like',
    options: [
      { name: 'text', description: 'What you want to say', isRequired: true, takesLine: true, max: 4000 },
      {
        name: 'persona',
        description: 'Who shall answer; without it, whoever answers here',
        choices: async (context, typed) =>
          (await mayChoosePersona(services, context)) ? completions(typed, namesHere(services.personas, context)) : [],
      },
      { name: 'private', description: 'Whether only you see it; then I do not remember it either', kind: 'boolean' },
      { name: 'file', description: 'A text that belongs to your question', kind: 'attachment' },
    ],
    rank: 'everyone',
    run: async (context, { text, persona, private: isPrivate = false, file }) => {
      const { user, locale } = context;
      if (await services.optOuts.isOptedOut(user.id)) throw refusal('not-allowed', context, 'optedOut');
      if (persona !== undefined) await requirePersonaChoice(services, context);
      const personaId = persona === undefined ? undefined : findPersona(services.personas, persona, context).id;
      const whole = file === undefined ? text : `${text}\n\n${await attachedText(file, context)}`;
      const question = { user, text: whole, isPrivate, ...(personaId !== undefined && { personaId }) };
      const shown = quoted(user.name, text);
      const answer = await counted(services, context, async () => {
        // For those who did not see the question; the answer stands under it as under any other.
        const messageId = isPrivate ? undefined : await context.announce?.(shown);
        const asked = { ...question, ...(messageId !== undefined && { messageId }) };
        return services.answers.ask(revisePlace(context), asked, (written) => context.progress?.(written));
      });
      if (answer === undefined) return { text: say(locale, 'nothingCame'), isPrivate: true };
      const isQuoted = !isPrivate && context.announce === undefined;
      return { text: isQuoted ? `${shown}\n${answer.text}` : answer.text, isPrivate };
    },
  });

const quoted = (name: string, text: string): string => {
  const shown = text.length <= quotedMax ? text : `${text.slice(0, quotedMax - 1).toWellFormed()}…`;
  return `> ${name}: ${shown.replace(/\s*[\r\n]+\s*/g, '\n> ')}`;
};

/** What a file says, with its name. Only texts can be read. */
const attachedText = async (file: CommandAttachment, context: CommandContext): Promise<string> => {
  const bytes = await file.read(bounds.attachedTextCharactersMax * 4);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refusal('bad-input', context, 'notText', { file: file.name.slice(0, 100) }, cause);
  }
  if (/\p{Cc}/u.test(text.replace(/[\t\n\v\f\r\x1b]/g, '')))
    throw refusal('bad-input', context, 'notText', { file: file.name.slice(0, 100) });
  const shown = text.slice(0, bounds.attachedTextCharactersMax).toWellFormed();
  return `[${file.name.replace(/[\r\n[\]]+/g, ' ').slice(0, 100)}]\n${shown}`;
};

import { bounds } from '../core/bounds.ts';
import type { Command, CommandContext, CommandForm } from '../core/command.ts';
import type { AuthorsNote } from '../core/conversation.ts';
import type { PersonaNote } from '../core/persona.ts';
import { currentPersona } from './current-persona.ts';
import { defineCommand } from './define-command.ts';
import { formTextMax } from './edit-reply.ts';
import { type Notice, say } from './locale/index.ts';
import { refusal, shownPath } from './refusal.ts';
import { requireManager } from './roleplay-manager.ts';
import type { CommandServices } from './services.ts';

type NoteServices = Pick<CommandServices, 'memory' | 'personaAt'>;

const textMax = Math.min(bounds.conversationTextCharactersMax, formTextMax);
const roles = ['system', 'user', 'assistant'] as const;
const positions = ['chat', 'scenario'] as const;
const defaults = { interval: 1, depth: 4, role: 'system' } as const;

/** `/note show|set|clear|persona`: the author's note of a conversation, which stands near the end of every prompt, and the persona's own. */
export const createNoteCommand = (services: NoteServices): Command => ({
  name: 'note',
  description: 'A note for the model that stands near the end of what it reads',
  short: { alone: 'show' },
  subcommands: [showCommand(services), setCommand(services), clearCommand(services), personaCommand(services)],
});

const showCommand = ({ memory }: NoteServices): Command =>
  defineCommand({
    name: 'show',
    description: 'Show the note of this conversation',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { note } = await memory.settings(context.conversation);
      const text =
        note === undefined
          ? say(context.locale, 'noteNone', { command: shownPath('note set', context) })
          : noteText(note, context);
      return { text, isPrivate: true };
    },
  });

const noteText = ({ text, interval, position, role }: AuthorsNote, { locale }: CommandContext): string => {
  const where = position.at === 'note' ? say(locale, 'noteAtScenario') : say(locale, 'noteAtDepth', { depth: position.depth });
  const often = say(locale, interval === 0 ? 'noteOff' : interval === 1 ? 'noteAlways' : 'noteInterval', { interval });
  return `${text}\n\n${where}, ${often}; ${role}.`;
};

const setCommand = ({ memory }: NoteServices): Command =>
  defineCommand({
    name: 'set',
    description: 'Write the note; without a text, a form opens',
    options: [
      { name: 'text', description: 'The note', takesLine: true, max: textMax },
      {
        name: 'interval',
        description: 'With every how many messages of people; 1 is each, 0 is off',
        kind: 'integer',
        min: 0,
        max: 1000,
      },
      { name: 'depth', description: 'How many messages before the end it stands', kind: 'integer', min: 0, max: 1000 },
      { name: 'position', description: 'Among the messages, or behind the scenario', kind: 'choice', values: positions },
      { name: 'role', description: 'Who seems to say it', kind: 'choice', values: roles },
    ],
    rank: 'everyone',
    run: async (context, { text, interval, depth, position, role }) => {
      requireManager(context, 'note set');
      const { conversation, locale } = context;
      const { note: before } = await memory.settings(conversation);
      if (text === undefined && interval === undefined && depth === undefined && position === undefined && role === undefined)
        return { text: '', isPrivate: true, form: formOf(context, before) };
      const note: AuthorsNote = {
        text: (text ?? before?.text ?? '').trim(),
        interval: interval ?? before?.interval ?? defaults.interval,
        position: positionOf(position, depth, before),
        role: roles.find((each) => each === role) ?? before?.role ?? defaults.role,
      };
      if (note.text === '') throw refusal('bad-input', context, 'noteEmpty');
      await memory.configure(conversation, { note });
      return { text: `${say(locale, 'noteSet')}\n\n${noteText(note, context)}`, isPrivate: true };
    },
  });

const positionOf = (
  position: string | undefined,
  depth: number | undefined,
  before: AuthorsNote | undefined,
): AuthorsNote['position'] => {
  const isBehind = position === undefined ? depth === undefined && before?.position.at === 'note' : position === 'scenario';
  if (isBehind) return { at: 'note' };
  return { at: 'depth', depth: depth ?? (before?.position.at === 'depth' ? before.position.depth : defaults.depth) };
};

const formOf = ({ locale }: CommandContext, note: AuthorsNote | undefined): CommandForm => ({
  title: say(locale, 'noteTitle'),
  call: 'note set',
  fields: [
    { option: 'text', label: say(locale, 'noteText'), isRequired: true, isLong: true, ...(note && { value: note.text }) },
    { option: 'interval', label: say(locale, 'noteIntervalLabel'), value: String(note?.interval ?? defaults.interval) },
    {
      option: 'depth',
      label: say(locale, 'noteDepth'),
      value: String(note?.position.at === 'depth' ? note.position.depth : defaults.depth),
    },
    {
      option: 'position',
      label: say(locale, 'notePosition', { values: positions.join(', ') }),
      value: note?.position.at === 'note' ? 'scenario' : 'chat',
    },
    { option: 'role', label: say(locale, 'noteRole', { values: roles.join(', ') }), value: note?.role ?? defaults.role },
  ],
});

const clearCommand = ({ memory }: NoteServices): Command =>
  defineCommand({
    name: 'clear',
    description: 'Take the note away',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      requireManager(context, 'note clear');
      await memory.configure(context.conversation, { note: undefined });
      return { text: say(context.locale, 'noteCleared'), isPrivate: true };
    },
  });

const personaCommand = (services: NoteServices): Command =>
  defineCommand({
    name: 'persona',
    description: 'Show the note that the persona brings which answers here',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { locale } = context;
      const { name, note } = await currentPersona(services, context);
      if (note === undefined) return { text: say(locale, 'notePersonaNone', { name }), isPrivate: true };
      return { text: `${noteText(note, context)}\n${say(locale, modeNotices[note.mode])}`, isPrivate: true };
    },
  });

const modeNotices = {
  replace: 'notePersonaReplace',
  before: 'notePersonaBefore',
  after: 'notePersonaAfter',
} as const satisfies Record<PersonaNote['mode'], Notice>;

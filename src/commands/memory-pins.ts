import { bounds } from '../core/bounds.ts';
import type { Command, CommandContext, CommandReply } from '../core/command.ts';
import { shownText, type Turn } from '../core/conversation.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { turnOfMessage } from './meant-answer.ts';
import { excerpt, messageIdOf, searchTurns, turnAt } from './memory-lines.ts';
import { refusal, shownPath } from './refusal.ts';
import type { CommandServices } from './services.ts';

type PinServices = Pick<CommandServices, 'memory'>;

/** `/memory pin` and `/memory unpin`: messages that stay in the prompt when older ones are dropped. */
export const createPinCommands = (services: PinServices): readonly Command[] => [pinCommand(services), unpinCommand(services)];

const which = {
  name: 'which',
  description: 'Its number in the list, id or link, or words in it',
  isRequired: true,
  takesLine: true,
  max: 200,
} as const;

const pinCommand = ({ memory }: PinServices): Command =>
  defineCommand({
    name: 'pin',
    description: 'Keep a message in the prompt, however long the conversation gets',
    options: [which],
    rank: 'moderator',
    run: async (context, { which: given }) => setPin(memory, context, await meantTurn(memory, context, given), true),
  });

const unpinCommand = ({ memory }: PinServices): Command =>
  defineCommand({
    name: 'unpin',
    description: 'Treat a pinned message as all others again',
    options: [which],
    rank: 'moderator',
    run: async (context, { which: given }) => {
      const { conversation } = context;
      const pinned = await pinnedTurns(memory, conversation);
      const words = given.toLowerCase().split(/\s+/).filter(Boolean);
      const byWords = pinned.find((turn) => words.every((word) => shownText(turn).toLowerCase().includes(word)));
      const turn = await meantTurn(memory, context, given, byWords);
      return setPin(memory, context, turn, false);
    },
  });

/** The menu `Pin`: pins a message, or lets it go again. */
export const createPinMenu = ({ memory }: PinServices): Command =>
  defineCommand({
    kind: 'message-menu',
    name: 'Pin',
    description: 'Keep this message in the prompt, or no longer',
    options: [],
    rank: 'moderator',
    run: async (context) => {
      const turn = await turnOfMessage(memory, context);
      const { pins = [] } = await memory.settings(context.conversation);
      return setPin(memory, context, turn, !pins.includes(turn.id));
    },
  });

const setPin = async (
  memory: PinServices['memory'],
  context: CommandContext,
  turn: Turn,
  isPinned: boolean,
): Promise<CommandReply> => {
  const { conversation, locale } = context;
  const text = `${turn.speaker.name}: ${excerpt(shownText(turn))}`;
  const outcome = await memory.pin(conversation, turn.id, isPinned);
  switch (outcome) {
    case 'changed':
      return { text: say(locale, isPinned ? 'memoryPinned' : 'memoryUnpinned', { text }), isPrivate: true };
    case 'unchanged':
      if (isPinned) return { text: say(locale, 'memoryPinnedAlready', { text }), isPrivate: true };
      throw refusal('not-found', context, 'memoryNotPinned', { command: shownPath('memory show', context) });
    case 'full':
      throw refusal('not-allowed', context, 'memoryPinsFull', {
        max: bounds.pins.countMax,
        command: shownPath('memory unpin', context),
      });
    case 'unknown':
      throw refusal('not-found', context, 'notRemembered');
    default:
      return outcome satisfies never;
  }
};

/** A turn by its number, id, message or link; else the one with these words. @param byWords [the newest in which they stand] */
const meantTurn = async (
  memory: PinServices['memory'],
  context: CommandContext,
  given: string,
  byWords?: Turn,
): Promise<Turn> => {
  const { conversation } = context;
  const text = given.trim();
  if (/^(?:#\S+|[1-9]\d{0,3})$/.test(text)) return turnAt(memory, context, text);
  const byMessage = /\s/.test(text) ? undefined : await memory.findByMessage(conversation, messageIdOf(text));
  const found = byMessage ?? byWords ?? (await searchTurns(memory, conversation, text, 1)).found[0]?.turn;
  if (found === undefined) throw refusal('not-found', context, 'notRemembered');
  return found;
};

/** Those that are pinned, in the order in which they were. */
export const pinnedTurns = async (memory: PinServices['memory'], conversation: string): Promise<readonly Turn[]> => {
  const { pins = [] } = await memory.settings(conversation);
  const turns = new Map((await memory.turnsOf(conversation, pins)).map((turn) => [turn.id, turn]));
  return pins.flatMap((id) => turns.get(id) ?? []);
};

/** Characters of all of them as a list, so that it is one message. */
const listCharactersMax = 1700;
/** Characters of a line besides the excerpt. */
const idCharacters = 40;
const nameCharactersMax = 24;

/** `/memory show pinned`: by `#` and id, which other commands take as well. */
export const pinList = async (memory: PinServices['memory'], context: CommandContext): Promise<CommandReply> => {
  const { conversation, locale } = context;
  const turns = await pinnedTurns(memory, conversation);
  const { countMax } = bounds.pins;
  if (turns.length === 0)
    return {
      text: say(locale, 'memoryPinsNone', { command: shownPath('memory pin', context) }),
      isPrivate: true,
      replacesMessage: true,
    };
  const each = Math.max(20, Math.min(150, Math.floor(listCharactersMax / turns.length) - idCharacters));
  const lines = turns.map(
    (turn) => `#${turn.id} ${excerpt(turn.speaker.name, 0, nameCharactersMax)}: ${excerpt(shownText(turn), 0, each)}`,
  );
  return {
    text: [say(locale, 'memoryPins', { count: turns.length, max: countMax }), ...lines].join('\n'),
    isPrivate: true,
    replacesMessage: true,
    components: [{ kind: 'button', label: '◀', call: 'memory show', values: { page: '1' } }],
  };
};

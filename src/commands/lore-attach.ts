import type { Command, CommandContext, CommandOption } from '../core/command.ts';
import type { LorePlace } from '../lore/index.ts';
import { completions } from './completions.ts';
import { currentPersona } from './current-persona.ts';
import { defineCommand } from './define-command.ts';
import { findPersona, namesHere } from './find-persona.ts';
import { say } from './locale/index.ts';
import { bookOption, type LoreServices, meantBook } from './lore-access.ts';
import { ranksAtLeast } from './rank.ts';
import { refusal, shownPath } from './refusal.ts';
import { managesServer } from './setting-scope.ts';

const scopes = ['conversation', 'persona', 'server', 'everywhere'] as const;

/** `/lore attach` and `/lore detach`. */
export const loreAttachCommands = (services: LoreServices): readonly Command[] => {
  const options = (description: string) =>
    [
      { ...bookOption(services, description), isRequired: true },
      {
        name: 'scope',
        description: 'Where it shall count; without it, in this conversation',
        kind: 'choice',
        values: scopes,
      },
      {
        name: 'persona',
        description: 'For the scope persona: whose it is; without it, of who answers here',
        choices: async (context: CommandContext, typed: string) => completions(typed, namesHere(services.personas, context)),
      },
    ] as const satisfies readonly CommandOption[];
  return [
    defineCommand({
      name: 'attach',
      description: 'Let a lorebook count in a place',
      options: options('The lorebook that shall count'),
      rank: 'everyone',
      run: async (context, { book: asked, scope, persona }) => {
        const meant = await meantPlace(services, context, 'attach', scope, persona);
        const { id, name: book } = await meantBook(services, context, asked);
        const isNew = await services.lore.attachments.attach(meant.place, id);
        const text = say(context.locale, isNew ? 'loreAttached' : 'loreAttachedAlready', { book, where: meant.label });
        return { text, isPrivate: !isNew };
      },
    }),
    defineCommand({
      name: 'detach',
      description: 'Let a lorebook count no more in a place',
      options: options('The lorebook that shall count no more'),
      rank: 'everyone',
      run: async (context, { book: asked, scope, persona }) => {
        const meant = await meantPlace(services, context, 'detach', scope, persona);
        // Also one that is gone, or is another server's by now.
        const attached = await services.lore.attachments.at(meant.place);
        const wanted = asked.trim().toLowerCase();
        const found = attached.find((id) => id === wanted || services.lore.catalogue.find(id)?.name.toLowerCase() === wanted);
        const book =
          found === undefined
            ? (await meantBook(services, context, asked)).name
            : (services.lore.catalogue.find(found)?.name ?? found);
        const isGone = found !== undefined && (await services.lore.attachments.detach(meant.place, found));
        const text = say(context.locale, isGone ? 'loreDetached' : 'loreNotAttached', { book, where: meant.label });
        return { text, isPrivate: !isGone };
      },
    }),
  ];
};

/**
 * The place that is meant, and its words. A conversation belongs to its moderators, or to whoever talks alone with the bot; a server to
 * those who manage it; personas answer everywhere, so they are the bot's owner's as that is. Throws `not-allowed` and `bad-input`.
 */
const meantPlace = async (
  services: LoreServices,
  context: CommandContext,
  command: 'attach' | 'detach',
  scope: string = 'conversation',
  personaName?: string,
): Promise<{ readonly place: LorePlace; readonly label: string }> => {
  const { locale, conversation, where, rank, place } = context;
  const forbid = (notice: 'forModerators' | 'forOwner') =>
    refusal('not-allowed', context, notice, { command: `${shownPath(`lore ${command}`, context)} (${scope})` });
  switch (scope) {
    case 'server':
      if (place?.serverId === undefined) throw refusal('bad-input', context, 'loreNoServer');
      if (!managesServer(context)) throw refusal('not-allowed', context, 'scopeForServer');
      return { place: { kind: 'server', id: place.serverId }, label: say(locale, 'loreInServer') };
    case 'everywhere':
      if (rank !== 'owner') throw forbid('forOwner');
      return { place: { kind: 'everywhere' }, label: say(locale, 'loreEverywhere') };
    case 'persona': {
      if (rank !== 'owner') throw forbid('forOwner');
      const persona =
        personaName === undefined
          ? await currentPersona(services, context)
          : findPersona(services.personas, personaName, context);
      return { place: { kind: 'persona', id: persona.id }, label: say(locale, 'loreWithPersona', { persona: persona.name }) };
    }
    default: {
      const isShared = where === 'server' || where === 'thread';
      if (isShared && !ranksAtLeast(rank, 'moderator')) throw forbid('forModerators');
      return { place: { kind: 'conversation', id: conversation }, label: say(locale, 'loreInConversation') };
    }
  }
};

import type { Here } from '../access/personal-data.ts';
import type { Command, CommandContext } from '../core/command.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import type { CommandServices } from './services.ts';

type PrivacyServices = Pick<CommandServices, 'personalData' | 'optOuts'>;

/** Bytes of one file of an export: the smallest limit of the platforms. */
const fileBytesMax = 8_000_000;

/** `/privacy export|delete|optout|optin`: what is kept of somebody, for that person, also one who may not use the bot. */
export const createPrivacyCommand = (services: PrivacyServices): Command => ({
  name: 'privacy',
  description: 'See or delete what I keep of you, or keep me from remembering you',
  subcommands: [exportCommand(services), deleteCommand(services), optOutCommand(services), optInCommand(services)],
});

const exportCommand = ({ personalData }: PrivacyServices): Command =>
  defineCommand({
    name: 'export',
    description: 'Get all that I keep of you as a file',
    options: [],
    rank: 'everyone',
    run: async (context) => {
      const { user, locale } = context;
      const bytes = Buffer.from(`${(await personalData.export(user.id, hereOf(context))).join('\n')}\n`);
      const parts = Math.ceil(bytes.byteLength / fileBytesMax);
      const files = Array.from({ length: parts }, (_part, index) => ({
        name: parts === 1 ? 'my-data.json' : `my-data.json.${index + 1}`,
        bytes: bytes.subarray(index * fileBytesMax, (index + 1) * fileBytesMax),
      }));
      return { text: say(locale, 'privacyExport'), isPrivate: true, files };
    },
  });

const deleteCommand = ({ personalData }: PrivacyServices): Command =>
  defineCommand({
    name: 'delete',
    description: 'Delete all that I keep of you, everywhere',
    options: [{ name: 'sure', description: 'Whether it shall really be deleted', kind: 'boolean' }],
    rank: 'everyone',
    run: async (context, { sure = false }) => {
      const { user, locale } = context;
      if (!sure) {
        const label = say(locale, 'privacyDeleteButton');
        return {
          text: say(locale, 'privacyDeleteSure'),
          isPrivate: true,
          components: [{ kind: 'button', style: 'danger', label, call: 'privacy delete', values: { sure: 'yes' } }],
        };
      }
      const { turns, conversations } = await personalData.delete(user.id, hereOf(context));
      return { text: say(locale, 'privacyDeleted', { turns, conversations }), isPrivate: true, replacesMessage: true };
    },
  });

/** Nobody else can read in a direct message, or in the terminal. */
const hereOf = ({ conversation, where, rank }: CommandContext): Here => ({
  conversation,
  // Whoever is alone with the bot is a moderator there; in a group's direct messages nobody is.
  isAlone: where === 'terminal' || (where === 'direct' && rank !== 'everyone'),
});

const optOutCommand = ({ optOuts }: PrivacyServices): Command =>
  defineCommand({
    name: 'optout',
    description: 'Keep me from remembering and using what you say',
    options: [],
    rank: 'everyone',
    run: async ({ user, locale }) => {
      await optOuts.set(user.id, true);
      return { text: say(locale, 'privacyOut'), isPrivate: true };
    },
  });

const optInCommand = ({ optOuts }: PrivacyServices): Command =>
  defineCommand({
    name: 'optin',
    description: 'Let me remember what you say, and answer you, again',
    options: [],
    rank: 'everyone',
    run: async ({ user, locale }) => {
      const isNew = await optOuts.set(user.id, false);
      return { text: say(locale, isNew ? 'privacyIn' : 'privacyInAlready'), isPrivate: true };
    },
  });

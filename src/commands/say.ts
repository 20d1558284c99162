import type { Command } from '../core/command.ts';
import { defineCommand } from './define-command.ts';

/** `/say text`: lets the bot say something, for announcements. It is command chatter, and never part of a prompt. */
export const createSayCommand = (): Command =>
  defineCommand({
    name: 'say',
    description: 'Let me say something; I will not remember it',
    options: [{ name: 'text', description: 'What I shall say', isRequired: true, max: 2000 }],
    rank: 'moderator',
    run: async (_context, { text }) => ({ text, isPrivate: false }),
  });

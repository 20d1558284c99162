import { allTurns } from '../access/all-turns.ts';
import { bounds } from '../core/bounds.ts';
import type { Command } from '../core/command.ts';
import type { Turn } from '../core/conversation.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import { type MemoryFormat, memoryFormats, readMemoryFile, writeMemoryFile } from './memory-file.ts';
import type { CommandServices } from './services.ts';

type TransferServices = Pick<CommandServices, 'memory' | 'optOuts' | 'now'>;

/** `/memory export` and `/memory import`. */
export const createMemoryFileCommands = (services: TransferServices): readonly Command[] => [
  exportCommand(services),
  importCommand(services),
];

const exportCommand = ({ memory }: TransferServices): Command =>
  defineCommand({
    name: 'export',
    description: 'Give what I remember here as a file',
    options: [
      {
        name: 'format',
        description: 'json and jsonl can be imported again, text is for reading; json without it',
        kind: 'choice',
        values: memoryFormats,
      },
    ],
    rank: 'moderator',
    run: async ({ conversation, locale }, { format: asked }) => {
      const format: MemoryFormat = memoryFormats.find((each) => each === asked) ?? 'json';
      const pages: (readonly Turn[])[] = [];
      let count = 0;
      for await (const page of allTurns(memory, conversation)) {
        pages.unshift(page.slice(0, bounds.exportedTurnsMax - count).toReversed());
        count += page.length;
        if (count >= bounds.exportedTurnsMax) break;
      }
      const turns = pages.flat();
      if (turns.length === 0) return { text: say(locale, 'memoryEmpty'), isPrivate: true };
      const files = [{ name: `memory.${format === 'text' ? 'txt' : format}`, bytes: writeMemoryFile(turns, format) }];
      return { text: say(locale, 'memoryExported', { count: turns.length }), isPrivate: true, files };
    },
  });

const importCommand = ({ memory, optOuts, now }: TransferServices): Command =>
  defineCommand({
    name: 'import',
    description: 'Add to what I remember here what was exported as json or jsonl',
    options: [{ name: 'file', description: 'The exported file', kind: 'attachment', isRequired: true }],
    rank: 'moderator',
    run: async (context, { file }) => {
      const { conversation, locale, progress } = context;
      const filed = readMemoryFile(await file.read(), context);
      const ids = new Map<number, string>();
      for (const [index, { role, speaker, texts, shown, at, answers }] of filed.entries()) {
        if (role === 'user' && (await optOuts.isOptedOut(speaker.id))) continue;
        const replyTo = answers === undefined ? undefined : ids.get(answers);
        const { turn } = await memory.append(conversation, {
          role,
          speaker,
          text: texts[shown] ?? '',
          otherTexts: texts.filter((_text, other) => other !== shown),
          at: Math.min(at, now()),
          messageIds: [],
          ...(replyTo !== undefined && { replyTo }),
        });
        ids.set(index, turn.id);
        if (index % 100 === 99) progress?.(say(locale, 'memoryImporting', { count: index + 1, total: filed.length }));
      }
      return { text: say(locale, 'memoryImported', { count: ids.size }), isPrivate: true };
    },
  });

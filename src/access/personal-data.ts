import type { ConversationKey, QuotedMessage, Turn } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import type { JsonValue } from '../core/json.ts';
import type { Memory } from '../core/memory.ts';
import { allTurns } from './all-turns.ts';
import type { OptOuts } from './opt-outs.ts';
import type { UserIndex } from './user-index.ts';

/** Something else that is kept of people, besides what they said. */
export type PersonalDataSource = {
  /** What it is called in an export. */
  readonly name: string;
  /** Undefined where there is nothing. */
  export(userId: string): Promise<JsonValue | undefined>;
  delete(userId: string): Promise<void>;
};

export type PersonalDataServices = {
  readonly memory: Memory;
  readonly engine: Pick<Engine, 'forget'>;
  readonly index: UserIndex;
  readonly optOuts: OptOuts;
  /** Ends answers that are being made from what is deleted. */
  stopAnswers(conversation: ConversationKey): Promise<number>;
  /** Forgets a conversation with all that was ever set in it. [only what memory has] */
  forget?(conversation: ConversationKey): Promise<unknown>;
  /** What was set by command for the place of a conversation. [nothing] */
  settingsIn?(conversation: ConversationKey): Promise<JsonValue | undefined>;
  /** The conversation that somebody has alone with the bot. [nobody has one] */
  aloneWith?(userId: string): Promise<ConversationKey | undefined>;
  /** Sees to it that what was deleted stands in no file any more. [that is left to the store] */
  scrub?(): Promise<void>;
  readonly sources?: readonly PersonalDataSource[];
  now(): number;
};

/** What is kept of one person. */
export interface PersonalData {
  /** All of it as JSON, in pieces: lines that make one text. */
  export(userId: string, here: Here): Promise<readonly string[]>;
  /**
   * Deletes what somebody said, the answers to it, what others quote of it, and all else that is kept of them. Where they are alone with
   * the bot, everything is theirs.
   */
  delete(userId: string, here: Here): Promise<{ readonly turns: number; readonly conversations: number }>;
}

/** Where it is asked for: a conversation to look into even if the index has it not, and whether nobody else is in it. [false] */
export type Here = { readonly conversation: ConversationKey; readonly isAlone?: boolean };

export const createPersonalData = (services: PersonalDataServices): PersonalData => {
  const { memory, engine, index, optOuts, stopAnswers, sources = [], now } = services;
  const { forget = memory.forget } = services;

  /** Those in which nobody else is. */
  const ownOf = async (userId: string, { conversation, isAlone = false }: Here): Promise<ReadonlySet<ConversationKey>> => {
    const alone = await services.aloneWith?.(userId);
    return new Set([...(isAlone ? [conversation] : []), ...(alone === undefined ? [] : [alone])]);
  };

  /** In one conversation with others: what they said, the answers to it, and what others quote of it. */
  const deleteIn = async (conversation: ConversationKey, userId: string, isIndexed: boolean): Promise<number> => {
    const theirs = new Set<string>();
    const quoting = new Set<string>();
    const answers: { readonly id: string; readonly to: string }[] = [];
    for await (const page of allTurns(memory, conversation)) {
      for (const turn of page) {
        if (isBy(turn, userId)) theirs.add(turn.id);
        else if (turn.quoted?.speaker.id === userId) quoting.add(turn.id);
        else if (turn.role === 'assistant' && turn.replyTo !== undefined) answers.push({ id: turn.id, to: turn.replyTo });
      }
    }
    // They may have taken back in the chat what a summary and the engine's states still tell. Elsewhere nothing of theirs ever was.
    if (!isIndexed && theirs.size + quoting.size === 0) return 0;
    await stopAnswers(conversation);
    await memory.remove(conversation, [...theirs, ...answers.filter(({ to }) => theirs.has(to)).map(({ id }) => id)]);
    for (const id of quoting) await memory.change(conversation, id, { kind: 'unquote' });
    if ((await memory.settings(conversation)).summary !== undefined) await memory.configure(conversation, { summary: undefined });
    await engine.forget(conversation);
    return theirs.size;
  };

  const deleteOwn = async (conversation: ConversationKey): Promise<number> => {
    const { turns, answers } = await memory.counts(conversation);
    await stopAnswers(conversation);
    await engine.forget(conversation);
    await forget(conversation);
    return turns - answers;
  };

  const exportOf = async (conversation: ConversationKey, userId: string, isOwn: boolean): Promise<JsonValue | undefined> => {
    const said: JsonValue[] = [];
    const quotedByOthers: JsonValue[] = [];
    for await (const page of allTurns(memory, conversation))
      for (const turn of page) {
        if (isBy(turn, userId)) said.push(exported(turn));
        else if (turn.quoted?.speaker.id === userId) quotedByOthers.push(exportedQuote(turn, turn.quoted));
      }
    const { note, scenario, summary } = isOwn ? await memory.settings(conversation) : {};
    const settings = isOwn ? await services.settingsIn?.(conversation) : undefined;
    const own = {
      ...(note && { note: note.text }),
      ...(scenario && { scenario }),
      ...(summary && { summary: summary.text }),
      ...(settings !== undefined && { settings }),
    };
    if (said.length + quotedByOthers.length + Object.keys(own).length === 0) return undefined;
    const quotes = quotedByOthers.length === 0 ? {} : { quotedByOthers: quotedByOthers.toReversed() };
    return { conversation, said: said.toReversed(), ...quotes, ...own };
  };

  return {
    async export(userId, here) {
      const own = await ownOf(userId, here);
      const lines: string[] = [];
      for (const conversation of new Set([...(await index.conversationsOf(userId)), here.conversation, ...own])) {
        const kept = await exportOf(conversation, userId, own.has(conversation));
        if (kept !== undefined) lines.push(JSON.stringify(kept));
      }
      const others = await Promise.all(sources.map(async ({ name, export: read }) => [name, await read(userId)] as const));
      const rest = Object.fromEntries(others.filter(([, value]) => value !== undefined));
      const isOptedOut = await optOuts.isOptedOut(userId);
      const head = JSON.stringify({ user: userId, exportedAt: new Date(now()).toISOString(), isOptedOut, ...rest });
      return [`${head.slice(0, -1)},"conversations":[`, ...lines.map((line, at) => (at === 0 ? line : `,${line}`)), ']}'];
    },
    async delete(userId, here) {
      const own = await ownOf(userId, here);
      const indexed = new Set(await index.conversationsOf(userId));
      let turns = 0;
      let conversations = 0;
      for (const conversation of new Set([...indexed, here.conversation, ...own])) {
        const isOwn = own.has(conversation);
        const gone = await (isOwn ? deleteOwn(conversation) : deleteIn(conversation, userId, indexed.has(conversation)));
        turns += gone;
        conversations += gone > 0 ? 1 : 0;
        // After its turns, so that an interrupted deletion is found again.
        await index.forget(userId, [conversation]);
      }
      for (const source of sources) await source.delete(userId);
      await services.scrub?.();
      return { turns, conversations };
    },
  };
};

const isBy = ({ role, speaker }: Turn, userId: string): boolean => role === 'user' && speaker.id === userId;

const exported = ({ speaker, alternatives, at, messageIds }: Turn): JsonValue => ({
  name: speaker.name,
  at: new Date(at).toISOString(),
  texts: alternatives,
  messageIds,
});

const exportedQuote = ({ at }: Turn, { speaker, messageId, text }: QuotedMessage): JsonValue => ({
  name: speaker.name,
  at: new Date(at).toISOString(),
  text: text.trim(),
  messageIds: [messageId],
});

import type { ConversationKey, Turn } from '../core/conversation.ts';
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
  readonly sources?: readonly PersonalDataSource[];
  now(): number;
};

/** What is kept of one person. */
export interface PersonalData {
  /** All of it as JSON, in pieces: lines that make one text. `also` is a conversation to look into even if the index has it not. */
  export(userId: string, also: ConversationKey): Promise<readonly string[]>;
  /** Deletes what somebody said, the answers to it, and all else that is kept of them. */
  delete(userId: string, also: ConversationKey): Promise<{ readonly turns: number; readonly conversations: number }>;
}

export const createPersonalData = (services: PersonalDataServices): PersonalData => {
  const { memory, engine, index, optOuts, stopAnswers, sources = [], now } = services;
  const conversationsOf = async (userId: string, also: ConversationKey): Promise<readonly ConversationKey[]> => [
    ...new Set([...(await index.conversationsOf(userId)), also]),
  ];
  const isTheirs =
    (userId: string) =>
    ({ role, speaker }: Turn): boolean =>
      role === 'user' && speaker.id === userId;

  /** In one conversation: what they said, and the answers to it. */
  const deleteIn = async (conversation: ConversationKey, userId: string): Promise<number> => {
    const theirs = new Set<string>();
    const answers: { readonly id: string; readonly to: string }[] = [];
    for await (const page of allTurns(memory, conversation)) {
      for (const turn of page) {
        if (isTheirs(userId)(turn)) theirs.add(turn.id);
        else if (turn.role === 'assistant' && turn.replyTo !== undefined) answers.push({ id: turn.id, to: turn.replyTo });
      }
    }
    if (theirs.size === 0) return 0;
    await stopAnswers(conversation);
    const gone = [...theirs, ...answers.filter(({ to }) => theirs.has(to)).map(({ id }) => id)];
    await memory.remove(conversation, gone);
    // It may tell what they said.
    await memory.configure(conversation, { summary: undefined });
    await engine.forget(conversation);
    return theirs.size;
  };

  return {
    async export(userId, also) {
      const lines: string[] = [];
      for (const conversation of await conversationsOf(userId, also)) {
        const said: JsonValue[] = [];
        for await (const page of allTurns(memory, conversation))
          for (const turn of page.filter(isTheirs(userId))) said.push(exported(turn));
        if (said.length > 0) lines.push(JSON.stringify({ conversation, said: said.toReversed() }));
      }
      const others = await Promise.all(sources.map(async ({ name, export: read }) => [name, await read(userId)] as const));
      const rest = Object.fromEntries(others.filter(([, value]) => value !== undefined));
      const isOptedOut = await optOuts.isOptedOut(userId);
      const head = JSON.stringify({ user: userId, exportedAt: new Date(now()).toISOString(), isOptedOut, ...rest });
      return [`${head.slice(0, -1)},"conversations":[`, ...lines.map((line, at) => (at === 0 ? line : `,${line}`)), ']}'];
    },
    async delete(userId, also) {
      let turns = 0;
      let conversations = 0;
      for (const conversation of await conversationsOf(userId, also)) {
        const gone = await deleteIn(conversation, userId);
        turns += gone;
        conversations += gone > 0 ? 1 : 0;
        // After its turns, so that an interrupted deletion is found again.
        await index.forget(userId, [conversation]);
      }
      for (const source of sources) await source.delete(userId);
      return { turns, conversations };
    },
  };
};

const exported = ({ speaker, alternatives, at, messageIds }: Turn): JsonValue => ({
  name: speaker.name,
  at: new Date(at).toISOString(),
  texts: alternatives,
  messageIds,
});

import type { ConversationKey, ConversationSettings } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import type { Memory } from '../core/memory.ts';
import type { Persona } from '../core/persona.ts';
import type { AnswerQueue } from '../core/queue.ts';
import type { Place } from '../core/settings.ts';
import type { ConversationPrompt } from '../turn/explain.ts';
import type { ModelsFolder } from './models-folder.ts';

/** The personas there are, as the commands need them. */
export interface PersonaCatalogue {
  list(): readonly Persona[];
  get(id: string): Persona | undefined;
}

/** Everything the commands act on; app.ts makes it once. */
export type CommandServices = {
  readonly memory: Memory;
  readonly queue: Pick<AnswerQueue, 'state'>;
  /**
   * Ends the answer that runs in a conversation and drops those that wait there; resolves with their
   * number once they have let go of the conversation (see track-answers.ts).
   */
  stopAnswers(conversation: ConversationKey): Promise<number>;
  readonly engine: Pick<Engine, 'model' | 'use' | 'forget'>;
  /** The prompt that answers the last message of a conversation (see turn/explain.ts); changes nothing. */
  explain(conversation: ConversationKey, place: Place | undefined): Promise<ConversationPrompt>;
  readonly personas: PersonaCatalogue;
  readonly models: ModelsFolder;
  /** The persona that answers in a place, in a conversation with these settings. */
  personaAt(place: Place | undefined, settings: ConversationSettings): Persona;
  /** What the licence of the preset in use asks people to know, if anything. */
  licenceNotice(place: Place | undefined): string | undefined;
  /** When the bot started, in milliseconds since 1970, on the clock of `now`. */
  readonly startedAt: number;
  now(): number;
  /** Resident memory of the bot's own process, in bytes. */
  memoryBytes(): number;
};

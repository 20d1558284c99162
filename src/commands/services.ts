import type { AccessControl } from '../access/access-control.ts';
import type { OptOuts } from '../access/opt-outs.ts';
import type { PersonalData } from '../access/personal-data.ts';
import type { Quota } from '../access/quota.ts';
import type { Limit, Setter } from '../config/limits.ts';
import type { SettingOverrides } from '../config/overrides.ts';
import type { ExplainedSetting, Overrides } from '../config/settings-cascade.ts';
import type { ConversationKey, ConversationSettings, Speaker, Turn } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import type { Memory } from '../core/memory.ts';
import type { Persona } from '../core/persona.ts';
import type { AnswerQueue } from '../core/queue.ts';
import type { AnswerSettings, Place } from '../core/settings.ts';
import type { BookOwners, CountTokens, LoreAttachments, LorebookCatalogue, LoreService } from '../lore/index.ts';
import type { HumanPersonas } from '../people/human-personas.ts';
import type { LivePersonaCatalogue } from '../persona/catalogue.ts';
import type { AnswerCounts } from '../telemetry/answer-counts.ts';
import type { ConversationPrompt } from '../turn/explain.ts';
import type { RevisePlace } from '../turn/revise.ts';
import type { RoleplayActions } from '../turn/roleplay-actions.ts';
import type { ModelsFolder } from './models-folder.ts';
import type { QueuedRequest } from './request-log.ts';

/** The personas there are, as the commands need them. */
export interface PersonaCatalogue {
  list(): readonly Persona[];
  get(id: string): Persona | undefined;
  /** To whom one belongs that was brought or made while the bot runs; undefined for what is everybody's. */
  ownerOf(id: string): string | undefined;
}

/** The same with what changes it. */
export type PersonaLibrary = PersonaCatalogue &
  Pick<LivePersonaCatalogue, 'isImported' | 'add' | 'replace' | 'edit' | 'remove' | 'removed' | 'restore' | 'card' | 'file'>;

/** The settings of places, and what they can be. */
export interface PlaceSettings {
  readonly overrides: SettingOverrides;
  /** @param overrides in place of those that are set there now. */
  at(place: Place | undefined, overrides?: Overrides): Promise<AnswerSettings>;
  /** Every value that counts in a place, and where it comes from. */
  explain(place: Place | undefined): Promise<readonly ExplainedSetting[]>;
  /** The limit that somebody can't lift in a place, as far as people of a higher rank have set one. */
  limit(place: Place | undefined, name: string, by: Setter): Promise<Limit | undefined>;
  /** Ids of the presets and templates there are. */
  presets(): readonly string[];
  templates(): readonly string[];
}

/** Which answer is meant. Whoever calls has checked that the caller may change it. */
export type MeantAnswer = { readonly turnId: string };

/**
 * What can be done with answers that stand in a chat: `Reviser` of turn/revise.ts, over ports that edit the messages
 * of the answer. All reject with a `PaddockError` as that does.
 */
export interface AnswerActions {
  regenerate(where: RevisePlace, answer: MeantAnswer & { readonly guidance?: string }): Promise<Turn | undefined>;
  continueAnswer(where: RevisePlace, answer: MeantAnswer): Promise<Turn | undefined>;
  swipe(
    where: RevisePlace,
    answer: MeantAnswer & ({ readonly by: number } | { readonly to: number }),
  ): Promise<{ readonly turn: Turn; readonly isMoved: boolean }>;
  editAnswer(where: RevisePlace, answer: MeantAnswer & { readonly text: string }): Promise<Turn>;
  /** Lets a persona answer what a turn says, as a new message that replies to it. */
  replyAs(where: RevisePlace, asked: MeantAnswer & { readonly personaId: string; readonly messageId: string }): Promise<void>;
  /** Takes messages of the bot that are remembered no more out of the chat, as far as the platform lets. Never rejects. */
  withdraw(where: RevisePlace, messageIds: readonly string[]): Promise<void>;
  /** Opens a thread on a message, and gives its conversation. Undefined where the platform or the place has no threads. */
  openThread(where: RevisePlace, messageId: string, name: string): Promise<ConversationKey | undefined>;
  /**
   * Answers a question that is no message of the chat. A private one is neither remembered nor does it see what private ones before it said.
   * Undefined when it was stopped before anything came.
   *
   * @param question.messageId the message by which it stands in the chat: the answer then stands there too, as others do, and `text` is empty. [it
   *   stands nowhere, and the answer is not shown]
   * @param onText told the whole answer so far, as often as text arrives.
   */
  ask(
    where: RevisePlace,
    question: {
      readonly user: Speaker;
      readonly text: string;
      readonly personaId?: string;
      readonly isPrivate: boolean;
      readonly messageId?: string;
    },
    onText: (text: string) => void,
  ): Promise<{ readonly text: string; readonly speaker: Speaker } | undefined>;
}

/** One server that the bot is in. */
export type KnownServer = { readonly id: string; readonly name: string; readonly members?: number };

/** What only the bot's owner does. */
export interface BotControl {
  /** Reads personas, templates and presets anew; gives what is wrong with files that were passed over. */
  reload(): Promise<readonly string[]>;
  /** Begins to end the bot. Resolves at once, so that the command can still be answered. */
  shutdown(): Promise<void>;
  servers(): Promise<readonly KnownServer[]>;
  /** False when the bot is not in that server. */
  leave(serverId: string): Promise<boolean>;
}

/** Lorebooks, as the commands need them. */
export type LoreParts = {
  readonly catalogue: Omit<LorebookCatalogue, 'reload' | 'problems' | 'erase'>;
  readonly attachments: LoreAttachments;
  readonly owners: Pick<BookOwners, 'of' | 'count' | 'set'>;
  readonly service: Pick<LoreService, 'books'>;
  /** Counts tokens for the loaded model. [about, by characters] */
  readonly countTokens?: CountTokens;
};

/** Everything the commands act on; app.ts makes it once. */
export type CommandServices = {
  /** As `indexUsers` makes it, so that what is remembered of somebody is found. */
  readonly memory: Memory;
  readonly queue: Pick<AnswerQueue, 'state' | 'cancel'>;
  /** The requests that wait or run, in the order in which they came. */
  requests(): readonly QueuedRequest[];
  /**
   * Ends the answer that runs in a conversation and drops those that wait there; resolves with their
   * number once they have let go of the conversation (see track-answers.ts).
   */
  stopAnswers(conversation: ConversationKey): Promise<number>;
  /** Ends a scene that goes on by itself, until a human is answered again; what is being written goes on. False where none did. */
  endAutoScene(conversation: ConversationKey): boolean;
  readonly engine: Pick<Engine, 'model' | 'use' | 'forget'> & {
    /** Whether a model is being loaded at the moment. [false] */
    readonly isLoading?: boolean;
  };
  /**
   * The prompt that answers the last message of a conversation (see turn/explain.ts), or the one that an answer is written from;
   * changes nothing.
   */
  explain(conversation: ConversationKey, place: Place | undefined, answer?: MeantAnswer): Promise<ConversationPrompt>;
  readonly personas: PersonaLibrary;
  readonly models: ModelsFolder;
  readonly lore: LoreParts;
  /** The persona that answers in a place, in a conversation with these settings. */
  personaAt(place: Place | undefined, settings: ConversationSettings): Promise<Persona>;
  /** What the licence of the preset in use asks people to know, if anything. */
  licenceNotice(place: Place | undefined): Promise<string | undefined>;
  readonly settings: PlaceSettings;
  readonly access: AccessControl;
  readonly quota: Quota;
  readonly optOuts: OptOuts;
  readonly personalData: PersonalData;
  readonly answers: AnswerActions;
  readonly roleplay: RoleplayActions;
  /** What humans say about themselves. */
  readonly people: HumanPersonas;
  readonly bot: BotControl;
  /** What was answered since the start. */
  answerCounts(): AnswerCounts;
  /** When the bot started, in milliseconds since 1970, on the clock of `now`. */
  readonly startedAt: number;
  now(): number;
  /** Resident memory of the bot's own process, in bytes. */
  memoryBytes(): number;
};

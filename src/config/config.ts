import type { Sampling } from '../core/engine.ts';
import type { WrittenAnswer, WrittenPlace, WrittenSampling, WrittenServer } from './answer-schema.ts';
import type { WrittenChat } from './chat-schema.ts';
import type { Mention } from './mentions.ts';
import type { Settings } from './schema.ts';

type DeepReadonly<Value> = Value extends object ? { readonly [Name in keyof Value]: DeepReadonly<Value[Name]> } : Value;

/** The folders the bot uses, all absolute. */
export type Folders = {
  /** Where the bot itself lies, with `config/` and `personas/`. */
  readonly root: string;
  readonly data: string;
  /** `models` in the data folder. */
  readonly models: string;
  readonly personas: string;
  readonly templates: string;
  /** `config/models`. */
  readonly presets: string;
};

/** What is different in single servers and channels, by their ids. */
export type Places = {
  servers: Record<string, WrittenServer>;
  channels: Record<string, WrittenPlace>;
};

/** The context when neither the file nor a preset says anything, in tokens. */
export const defaultContextTokens = 4096;

/** The bot's configuration: the settings of the file (see schema.ts) with the environment on top, ready to use. */
export type Config = DeepReadonly<
  Pick<Settings, 'preset' | 'persona' | 'answer' | 'queue' | 'log'> & {
    /** The path of a Jinja file is absolute. */
    template: string;
    folders: Folders;
    /**
     * `model` is `auto` or an absolute path, `draftModel` an absolute path if there is one. `contextTokens` is what the file says or else the
     * default: where `isContextAuto`, a preset's context goes first (see settings-cascade.ts).
     */
    engine: Omit<Settings['engine'], 'contextTokens' | 'draftModel'> & {
      contextTokens: number;
      isContextAuto: boolean;
      draftModel?: string;
    };
    /** File and defaults, without presets. What is off or left to chance is absent. */
    sampling: Sampling;
    /** What the file itself says, without defaults. */
    written: { sampling: WrittenSampling; answer: WrittenAnswer } & WrittenChat;
    places: Places;
    /** The personas, presets and templates that the file names, to be checked once they are loaded. */
    mentions: readonly Mention[];
    /** `store` is always a URI; `sqlite` has become `sqlite://` and the absolute path of the file. */
    memory: Settings['memory'];
    /** `token` comes from the environment only. */
    discord: Settings['discord'] & { token?: string };
  }
>;

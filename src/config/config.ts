import type { Sampling } from '../core/engine.ts';
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
};

/** The bot's configuration: the settings of the file (see schema.ts) with the environment on top, ready to use. */
export type Config = DeepReadonly<
  Pick<Settings, 'persona' | 'template' | 'answer' | 'queue' | 'log'> & {
    folders: Folders;
    /** `model` is `auto` or an absolute path. */
    engine: Settings['engine'];
    /** What is off or left to chance is absent. */
    sampling: Sampling;
    /** `store` is always a URI; `sqlite` has become `sqlite://` and the absolute path of the file. */
    memory: Settings['memory'];
    /** `token` comes from the environment only. */
    discord: Settings['discord'] & { token?: string };
  }
>;

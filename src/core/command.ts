import type { ConversationKey, Speaker } from './conversation.ts';
import type { Locale } from './locale.ts';
import type { Place } from './settings.ts';

/** Who somebody is, each with all that the former may: `owner` runs the bot, `moderator` may manage the place. */
export type Rank = 'everyone' | 'moderator' | 'server-owner' | 'owner';

/** Where a command can be called: in a server's channel, a thread of one, a direct message, or the terminal. */
export type CommandPlace = 'server' | 'thread' | 'direct' | 'terminal';

/** Somebody that a command is about. `id` is a speaker's, for example `discord:42`. */
export type CommandUser = Speaker & { readonly isBot: boolean };
/** A channel, thread or category, by the platform's own id. */
export type CommandChannel = { readonly id: string; readonly name: string };
export type CommandRole = { readonly id: string; readonly name: string };
/** A file that somebody hands in. */
export type CommandAttachment = {
  /** As the sender called it: good to show, never to be used as a path. */
  readonly name: string;
  /** Fetches it; rejects with `bad-input` when it is larger than `bytesMax` [`bounds.attachmentBytesMax`]. */
  read(bytesMax?: number): Promise<Uint8Array>;
};

/** What each kind of option gives to `run`. */
export type OptionValues = {
  readonly text: string;
  readonly choice: string;
  readonly integer: number;
  readonly number: number;
  readonly boolean: boolean;
  readonly user: CommandUser;
  readonly channel: CommandChannel;
  readonly role: CommandRole;
  readonly attachment: CommandAttachment;
};
export type OptionKind = keyof OptionValues;
export type OptionValue = OptionValues[OptionKind];

/** Something that can be chosen; a text is its own label. */
export type CommandChoice = string | { readonly label: string; readonly value: string };

/** One option of a command; may be left out unless `isRequired`. */
export type CommandOption = {
  /** Lower case, `[a-z0-9_]`, at most 32 characters. */
  readonly name: string;
  /** One line, at most 100 characters. */
  readonly description: string;
  /** [`text`] */
  readonly kind?: OptionKind;
  readonly isRequired?: boolean;
  /** Typed, the whole line is its value, but for other options that are named before or behind it. For one text of a command. */
  readonly takesLine?: boolean;
  /** Bounds of a number's value or of a text's length. [for texts: 1 to `bounds.commandOptionCharactersMax`] */
  readonly min?: number;
  readonly max?: number;
  /** What a `choice` can be, 25 at most. */
  readonly values?: readonly string[];
  /**
   * What can be chosen, for completion of texts and numbers; at most 25 are shown, and something else can still be typed.
   * @param given what other options hold so far, unchecked.
   */
  choices?(
    context: CommandContext,
    typed: string,
    given: Readonly<Record<string, string | undefined>>,
  ): Promise<readonly CommandChoice[]>;
};

/** What a menu or button was used on. */
export type CommandTarget =
  | {
      readonly kind: 'message';
      readonly messageId: string;
      /** Speaker id of who wrote it. */
      readonly authorId: string;
      /** Whether the bot wrote it, also by a webhook under a persona's name. */
      readonly isOwn: boolean;
      readonly text: string;
    }
  | { readonly kind: 'user'; readonly user: CommandUser };

/** Who calls a command, where, and in which language. */
export type CommandContext = {
  readonly conversation: ConversationKey;
  /** Where it was called, as settings see it. */
  readonly place?: Place;
  /** Where it was called, as commands see it. */
  readonly where: CommandPlace;
  readonly user: Speaker;
  readonly rank: Rank;
  /** Whether the caller may manage the whole server, and not only one channel of it. [false] */
  readonly managesServer?: boolean;
  /** The platform's ids of the caller's roles. [none] */
  readonly roleIds?: readonly string[];
  readonly locale: Locale;
  /** The message or user of a context menu; for buttons, menus and forms the message that carries them. */
  readonly target?: CommandTarget;
  /** Tells how far a long work is. May be called often; what people see is paced. */
  progress?(text: string): void;
  /**
   * Says something that everybody reads and that is no reply yet, once; gives the id of its message. Rejects where it can't be said.
   * Absent where nothing stands in the chat by itself.
   */
  announce?(text: string): Promise<string>;
};

/** Calls a command: its words (`persona use`) with options as texts. Fits into 100 characters with all its values. */
export type CommandCall = { readonly call: string; readonly values?: Readonly<Record<string, string>> };

type ForWhom = {
  /** Whether others than the asker and moderators may use it. [false] */
  readonly isForAll?: boolean;
};
export type CommandButton = CommandCall &
  ForWhom & {
    readonly kind: 'button';
    /** At most 80 characters; may be an emoji. */
    readonly label: string;
    /** [`plain`] */
    readonly style?: 'plain' | 'primary' | 'success' | 'danger';
    readonly isDisabled?: boolean;
  };
/** A list to choose one from; the choice becomes the value of `option`. */
export type CommandMenu = CommandCall &
  ForWhom & {
    readonly kind: 'menu';
    readonly option: string;
    /** What stands there while nothing is chosen. */
    readonly label: string;
    /** 1 to 25. */
    readonly choices: readonly {
      readonly label: string;
      readonly value: string;
      readonly description?: string;
      readonly isChosen?: boolean;
    }[];
  };
export type CommandComponent = CommandButton | CommandMenu;

/** Asks for texts, 5 at most; what is filled in calls the command with `values` and the fields. */
export type CommandForm = CommandCall & {
  /** At most 45 characters. */
  readonly title: string;
  readonly fields: readonly {
    /** The option of the called command that it fills. */
    readonly option: string;
    /** At most 45 characters. */
    readonly label: string;
    readonly value?: string;
    readonly isRequired?: boolean;
    /** Several lines. */
    readonly isLong?: boolean;
    /** [the option's `max`; Discord's limit is 4000] */
    readonly charactersMax?: number;
  }[];
};

/** What a command says. */
export type CommandReply = {
  /** May be empty where there is nothing to say: a button is then only acknowledged. */
  readonly text: string;
  /** Shown to the caller only, where the platform can. */
  readonly isPrivate: boolean;
  readonly files?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** A picture under the text, by its https address, where the platform shows pictures. The text does without it. */
  readonly pictureUrl?: string;
  /** Buttons and menus under it, 25 buttons or 5 menus at most. */
  readonly components?: readonly CommandComponent[];
  /** Shown in place of all else. */
  readonly form?: CommandForm;
  /** Called by a button or menu: the message that carries it becomes this reply. [false: a new message] */
  readonly replacesMessage?: boolean;
};

/** A command that can be called. */
export type RunnableCommand = {
  /**
   * How people call it: typed after `/`, from the menu of a message or of a user, or by buttons, menus and forms only.
   * [`slash`]
   */
  readonly kind?: 'slash' | 'message-menu' | 'user-menu' | 'action';
  /** Lower case, as typed after `/`; the name of a menu is shown as it is. At most 32 characters. */
  readonly name: string;
  /** One line, at most 100 characters. */
  readonly description: string;
  readonly options: readonly CommandOption[];
  /** The lowest rank that may call it. */
  readonly rank: Rank;
  /** [everywhere] */
  readonly places?: readonly CommandPlace[];
  /** Runs it with checked options; a `PaddockError` becomes its `userText`, shown privately. `defineCommand` types the options. */
  run(context: CommandContext, options: Readonly<Record<string, OptionValue | undefined>>): Promise<CommandReply>;
};

/** Commands with a word in common: `/persona list`, `/persona use`. Two levels at most. */
export type CommandGroup = {
  readonly name: string;
  readonly description: string;
  readonly subcommands: readonly Command[];
  /** What typed lines without a subcommand mean: the subcommand for the group's word alone, and for something else after it. */
  readonly short?: { readonly alone?: string; readonly rest?: string };
};

/** A command of the bot, the same on every platform. */
export type Command = RunnableCommand | CommandGroup;

import { bounds } from '../../../core/bounds.ts';
import type { RenderChatOptions } from '../../../core/engine.ts';
import { PaddockError } from '../../../core/error.ts';
import { type ChatMessage, joinSegments, type Prompt } from '../../../core/prompt.ts';
import { sentence } from '../../../core/sentence.ts';
import { type MessageForm, messageForms } from './chat-template-forms.ts';
import type { RenderRequest, RenderResult } from './chat-template-worker.ts';
import { withoutInsides } from './long-texts.ts';
import { createTemplateThread, type TemplateThread } from './template-thread.ts';

/** Renders Jinja chat templates: the model's own, or one that is given. */
export interface ChatTemplates {
  /**
   * The prompt that asks for the next answer. What was said is in `text` segments, whatever the
   * template does with it. Rejects with `no-chat-template` or `template-failed`.
   */
  render(messages: readonly ChatMessage[], options?: RenderChatOptions): Promise<Prompt>;
  close(): Promise<void>;
}

export type ChatTemplatesOptions = {
  /** The templates in the model's file by name; the nameless one is `default`. */
  readonly templates: ReadonlyMap<string, string>;
  /** How the model's tokens are spelt. */
  readonly bosText: string;
  readonly eosText: string;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** [a worker thread of its own] */
  readonly thread?: TemplateThread;
};

export const createChatTemplates = (options: ChatTemplatesOptions): ChatTemplates => {
  const thread = options.thread ?? createTemplateThread();
  /** The form that each template took, so that later prompts don't fail first. */
  const formTaken = new Map<string, number>();

  const attempt = (
    template: string,
    form: MessageForm,
    hidesMarkers: boolean,
    variables: RenderRequest['variables'],
  ): Promise<RenderResult> =>
    thread.render({
      template,
      messages: form.messages.map(({ role, content }) => ({ role, content })),
      contentAs: form.contentAs,
      hidesMarkers,
      variables,
      bosText: options.bosText,
      eosText: options.eosText,
      now: options.now(),
    });

  /** Tries the forms one after the other; the first error is the one that says what is wrong. */
  const renderForms = async (
    template: string,
    messages: readonly ChatMessage[],
    variables: RenderRequest['variables'],
    label: string | undefined,
  ): Promise<Prompt> => {
    let firstError: string | undefined;
    let isRefused = false;
    const start = formTaken.get(template) ?? 0;
    const startedAt = performance.now();
    const forms = messageForms(messages);
    // Somebody may have typed what a template refuses or cuts off; as a last resort that is broken up.
    for (const hidesMarkers of [false, true])
      for (const [index, form] of forms.entries()) {
        // A template that refuses a text has understood that it is one.
        if (index < start || isRepeated(forms, index, start) || (form.contentAs === 'parts' && isRefused)) continue;
        if (performance.now() - startedAt > bounds.chatTemplate.waitMsMax) break;
        const result = await attempt(template, form, hidesMarkers, variables);
        const problem = 'error' in result ? result.error : lossIn(result, form);
        if (problem === undefined && 'segments' in result) {
          remember(template, index);
          return withOneBos(joinSegments(result.segments), options.bosText);
        }
        firstError ??= problem;
        isRefused ||= 'error' in result && result.kind === 'refused';
        if ('error' in result && (result.kind === 'bound' || result.kind === 'broken')) throw failure(result.error, label);
      }
    throw failure(firstError ?? 'it renders nothing', label);
  };

  const remember = (template: string, form: number): void => {
    if (formTaken.size >= 64) formTaken.clear();
    formTaken.set(template, form);
  };

  return {
    render: async (given, { template, label, name, variables = {} } = {}) => {
      const { messages, restore } = withoutInsides(given);
      return restore(await renderForms(template ?? choose(options.templates, name), messages, variables, label));
    },
    close: () => thread.close(),
  };
};

/** True for a form that comes to the same as one tried before it. */
const isRepeated = (forms: readonly MessageForm[], index: number, start: number): boolean =>
  forms
    .slice(start, index)
    .some((form) => form.contentAs === forms[index]?.contentAs && form.messages === forms[index]?.messages);

/** What a template left out, if it is more than it may: it has no place for a system prompt, or none for such content. */
const lossIn = (result: Extract<RenderResult, { segments: unknown }>, form: MessageForm): string | undefined => {
  const has = (isSystem: boolean): boolean =>
    form.messages.some((message) => (message.role === 'system') === isSystem && message.content.trim() !== '');
  if (has(true) && !result.hasSystem) return 'it leaves out the system prompt';
  if (has(false) && !result.hasTexts) return 'it leaves out what was said';
  if (form.contentAs === 'parts' && result.segments.some((segment) => 'text' in segment && /"type": ?"text"/.test(segment.text)))
    return 'it prints the parts of a content as they are';
  return undefined;
};

const choose = (templates: ReadonlyMap<string, string>, name: string | undefined): string => {
  const template = templates.get(name ?? 'default') ?? (name === undefined ? templates.values().next().value : undefined);
  if (template !== undefined) return template;
  const names = [...templates.keys()].toSorted().join(', ');
  throw new PaddockError(
    'no-chat-template',
    names === ''
      ? 'the model file carries no chat template; set `template` to one of config/templates, or to a Jinja file'
      : `the model file has no chat template named "${name}"; it has ${names}`,
    {
      userText: sentence(names === '' ? 'noChatTemplate' : 'chatTemplateUnknown'),
    },
  );
};

/** A template that writes BOS itself gives it to a model that wants one anyway, perhaps behind white space of its own making. */
const withOneBos = (prompt: Prompt, bosText: string): Prompt => {
  const [first, ...rest] = prompt;
  if (bosText === '' || first?.kind !== 'control') return prompt;
  let text = first.text.trimStart();
  if (!text.startsWith(bosText)) return prompt;
  while (text.startsWith(bosText)) text = text.slice(bosText.length);
  return joinSegments([{ kind: 'bos' }, { kind: 'control', text }, ...rest]);
};

const failure = (cause: string, label: string | undefined): PaddockError =>
  new PaddockError(
    'template-failed',
    `the chat template ${label === undefined ? '' : `${label} `}failed: ${cause}; set \`template\` to one of config/templates instead`,
    {
      userText: sentence('chatTemplateFailed'),
    },
  );

/** The templates in a GGUF file's `tokenizer` metadata: `chat_template`, and `chat_template.<name>` for more. */
export const templatesIn = (tokenizer: object | undefined): ReadonlyMap<string, string> => {
  const templates = new Map<string, string>();
  for (const [key, value] of Object.entries(tokenizer ?? {})) {
    const name = key === 'chat_template' ? 'default' : /^chat_template\.(.+)$/.exec(key)?.[1];
    // That one scores documents for search and writes no chat.
    if (name === undefined || name === 'rerank' || typeof value !== 'string') continue;
    if (value.length <= bounds.chatTemplate.templateCharactersMax) templates.set(name, value);
  }
  return templates;
};

import { Worker } from 'node:worker_threads';
import { bounds } from '../../../core/bounds.ts';
import { PaddockError } from '../../../core/error.ts';
import type { ChatMessage, Prompt, PromptSegment } from '../../../core/prompt.ts';

/** Renders a model's own chat template. */
export interface ChatTemplate {
  /**
   * The prompt that asks for the next answer. Texts never pass through the template: it gets
   * placeholders, so that nothing typed can become markup of the template.
   */
  render(messages: readonly ChatMessage[]): Promise<Prompt>;
  close(): Promise<void>;
}

/** What the worker is asked, and what it answers. */
export type RenderRequest = { readonly template: string; readonly variables: Readonly<Record<string, unknown>> };
export type RenderResult = { readonly text: string } | { readonly error: string };

const userText = "My model's own chat template can't be used. The people who run me find the cause in the log.";

/**
 * A template comes with the model file, which nobody has checked, so it runs in a worker thread
 * with a bound on time, memory and output; a worker that breaks a bound is ended and replaced.
 */
export const createChatTemplate = (template: string, tokens: { readonly bos: string; readonly eos: string }): ChatTemplate => {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const renderOnce = async (messages: readonly ChatMessage[]): Promise<Prompt> => {
    const texts = messages.map((message) => message.content);
    const request: RenderRequest = {
      template,
      variables: {
        messages: messages.map((message, index) => ({ role: message.role, content: placeholder(index) })),
        bos_token: tokens.bos,
        eos_token: tokens.eos,
        add_generation_prompt: true,
      },
    };
    worker ??= await startWorker();
    const result = await askWorker(worker, request).catch((error: unknown) => {
      void worker?.terminate();
      worker = undefined;
      throw error;
    });
    if ('error' in result) throw failure(result.error);
    return splitAtPlaceholders(result.text, texts);
  };

  /**
   * Many templates refuse a system role or two turns of the same role in a row; the chat's people
   * can't help either, so what is refused is merged and tried again.
   */
  const render = async (messages: readonly ChatMessage[]): Promise<Prompt> => {
    let failed: unknown;
    for (const form of [messages, mergeRoles(messages), mergeRoles(systemIntoUser(messages))]) {
      try {
        return await renderOnce(form);
      } catch (error) {
        failed ??= error;
      }
    }
    throw failed;
  };

  return {
    // One at a time: the worker's clock must measure one rendering.
    render: (messages) => {
      const result = last.then(() => render(messages));
      last = result.catch(() => {});
      return result;
    },
    close: async () => {
      await last;
      await worker?.terminate();
    },
  };
};

const failure = (cause: string): PaddockError =>
  new PaddockError(
    'template-failed',
    `the model's own chat template failed: ${cause}; set \`template\` to one of config/templates instead`,
    { userText },
  );

const startWorker = (): Promise<Worker> => {
  const worker = new Worker(new URL('./chat-template-worker.ts', import.meta.url), {
    resourceLimits: {
      maxOldGenerationSizeMb: bounds.chatTemplate.memoryMiBMax,
      maxYoungGenerationSizeMb: bounds.chatTemplate.memoryMiBMax / 4,
    },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', reject);
  });
};

const askWorker = (worker: Worker, request: RenderRequest): Promise<RenderResult> =>
  new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('error', onError);
      finish();
    };
    const onMessage = (result: RenderResult): void => settle(() => resolve(result));
    const onError = (error: Error): void => settle(() => reject(failure(error.message)));
    const timer = setTimeout(
      () => settle(() => reject(failure(`it took longer than ${bounds.chatTemplate.renderMsMax} ms`))),
      bounds.chatTemplate.renderMsMax,
    );
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(request);
  });

// Private-use characters, which no template writes by itself and no trimming removes.
const placeholder = (index: number): string => `\u{f0000}${index}\u{f0001}`;

const splitAtPlaceholders = (rendered: string, texts: readonly string[]): Prompt => {
  const prompt: PromptSegment[] = [];
  let position = 0;
  for (const match of rendered.matchAll(/\u{f0000}(\d+)\u{f0001}/gu)) {
    prompt.push({ kind: 'control', text: rendered.slice(position, match.index) });
    prompt.push({ kind: 'text', text: texts[Number(match[1])] ?? '' });
    position = match.index + match[0].length;
  }
  prompt.push({ kind: 'control', text: rendered.slice(position) });
  return prompt;
};

const mergeRoles = (messages: readonly ChatMessage[]): readonly ChatMessage[] => {
  const merged: ChatMessage[] = [];
  for (const message of messages) {
    const previous = merged.at(-1);
    if (previous?.role === message.role)
      merged[merged.length - 1] = { ...previous, content: `${previous.content}\n${message.content}` };
    else merged.push(message);
  }
  return merged;
};

const systemIntoUser = (messages: readonly ChatMessage[]): readonly ChatMessage[] =>
  messages.map((message) => (message.role === 'system' ? { ...message, role: 'user' } : message));

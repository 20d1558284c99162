// Rendering for tests of chat templates, all on one thread.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { PaddockError } from '../../../src/core/error.ts';
import type { ChatMessage } from '../../../src/core/prompt.ts';
import { marked, templatesOnOneThread } from './chat-template-kit.ts';

export const templates = templatesOnOneThread();
after(() => templates.thread.close());

export const said = (content: string): readonly ChatMessage[] => [{ role: 'user', content }];
export const render = async (
  template: string,
  messages: readonly ChatMessage[] = said('Hi'),
  variables: Readonly<Record<string, unknown>> = {},
): Promise<string> => marked(await templates.of(template).render(messages, { variables }));

export const failsWith = (template: string, cause: RegExp, messages = said('Hi')) =>
  assert.rejects(templates.of(template).render(messages), (error) => {
    assert.ok(error instanceof PaddockError);
    assert.equal(error.code, 'template-failed');
    assert.match(error.message, cause);
    return true;
  });

/** A template with the message's content as `c`, and the content after it so that nothing is lost. */
export const about = (body: string): string => `{% set c = messages[0].content %}${body}|{{ c }}`;

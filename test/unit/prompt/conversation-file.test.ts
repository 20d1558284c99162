import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PaddockError } from '../../../src/core/error.ts';
import { parseConversation, turnsOf } from '../../../src/prompt/conversation-file.ts';
import { helper } from './compose-fakes.ts';

const messageOf = (json: string): string => {
  try {
    parseConversation(json);
  } catch (error) {
    assert.ok(error instanceof PaddockError && error.code === 'bad-input');
    return error.userText;
  }
  return '';
};

describe('a conversation file', () => {
  test('is a list of messages', () => {
    const messages = [
      { role: 'system', content: 's' },
      { role: 'user', name: 'Ada', content: '' },
    ];
    assert.deepEqual(parseConversation(`\ufeff${JSON.stringify(messages)}`), messages);
    assert.deepEqual(parseConversation('[]'), []);
  });

  test('names all its mistakes', () => {
    const text = messageOf('[{"role":"bot","content":1},3,{"role":"user","content":"x","text":"y"}]');
    for (const part of [
      'message 1: "role" must be "system"',
      'message 1: "content" must be text',
      'message 2: must be an object',
      'message 3: has "text"',
    ])
      assert.ok(text.includes(part), text);
    assert.match(messageOf('{}'), /must be a list/);
    assert.match(messageOf('[{]'), /no valid JSON/);
    assert.match(messageOf(JSON.stringify(Array(30).fill(1))), /and 10 more mistakes/);
  });

  test('becomes turns: nameless answers are the persona’s, system messages a note', () => {
    const { turns, conversationNote } = turnsOf(
      [
        { role: 'system', content: 'S' },
        { role: 'user', name: 'Ada', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'assistant', name: 'Other', content: 'c' },
      ],
      helper,
    );
    assert.equal(conversationNote, 'S');
    assert.deepEqual(
      turns.map(({ speaker }) => [speaker.id, speaker.name]),
      [
        ['human:Ada', 'Ada'],
        ['persona:helper', 'Pad'],
        ['persona-name:Other', 'Other'],
      ],
    );
    assert.deepEqual(
      turns.map((turn) => turn.id).toSorted(),
      turns.map((turn) => turn.id),
    );
  });
});

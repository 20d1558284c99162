import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Turn } from '../../../src/core/conversation.ts';
import { historyFor } from '../../../src/turn/history.ts';

const said = (id: string, role: Turn['role'] = 'user', replyTo?: string): Turn => ({
  id,
  role,
  speaker: { id: role, name: role },
  alternatives: [id],
  shown: 0,
  at: 0,
  messageIds: [id],
  ...(replyTo === undefined ? {} : { replyTo }),
});

const ids = (turns: readonly Turn[]): string => turns.map((turn) => turn.id).join(' ');

describe('the history of a question', () => {
  it('ends with the question and leaves out what humans said after it', () => {
    assert.equal(ids(historyFor([said('1'), said('2', 'assistant', '1'), said('3'), said('4')], '3')), '1 2 3');
  });

  it('puts each answer behind its question, so that a prompt begins as the one before it', () => {
    const asked = [said('1'), said('2'), said('3', 'assistant', '1')];
    assert.equal(ids(historyFor(asked, '2')), '1 3 2');
    const later = [...asked, said('4', 'assistant', '2'), said('5')];
    assert.equal(ids(historyFor(later, '5')), '1 3 2 4 5');
  });

  it('keeps what was said between the question and its answer', () => {
    assert.equal(ids(historyFor([said('1'), said('2'), said('3', 'assistant', '1'), said('4')], '4')), '1 3 2 4');
  });

  it('shows an answer whose question is gone in its own place, and one to the question itself not at all', () => {
    assert.equal(ids(historyFor([said('1', 'assistant', '0'), said('2'), said('3', 'assistant', '2')], '2')), '1 2');
  });

  it('is empty when the question was deleted meanwhile', () => {
    assert.deepEqual(historyFor([said('1')], '2'), []);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createMessageStream } from '../../../src/reply/message-stream.ts';
import { createManualTimers, settle } from '../../fakes/manual-timers.ts';

type Change = { readonly what: 'post' | 'edit' | 'remove'; readonly id: string; readonly text: string; readonly at: number };

/** A place for messages that records every change, takes `latencyMs` for each and can be told to refuse. */
const createPlace = (latencyMs = 0, charactersMax = 200) => {
  const timers = createManualTimers();
  const changes: Change[] = [];
  const messages = new Map<string, string>();
  const refuse = new Set<string>();
  const trouble: string[] = [];
  let underWay = 0;
  const change = async (what: Change['what'], id: string, text: string): Promise<string> => {
    assert.equal(underWay, 0, 'never concurrent');
    underWay += 1;
    changes.push({ what, id, text, at: timers.now() });
    if (latencyMs > 0) await new Promise<void>((resolve) => timers.after(latencyMs, resolve));
    underWay -= 1;
    if (refuse.has(what) || refuse.has(id)) throw new Error(`${what} refused`);
    if (what === 'remove') messages.delete(id);
    else messages.set(id, text);
    return id;
  };
  let last = 0;
  const stream = createMessageStream({
    sink: {
      post: (text) => {
        last += 1;
        return change('post', `m${last}`, text);
      },
      edit: async (id, text) => void (await change('edit', id, text)),
      remove: async (id) => void (await change('remove', id, '')),
    },
    timers,
    editIntervalMs: 1000,
    charactersMax,
    onTrouble: (_error, what) => trouble.push(what),
  });
  const count = (what: Change['what']): number => changes.filter((change) => change.what === what).length;
  return { timers, changes, messages, refuse, trouble, stream, count };
};

const sentence = 'The quick brown fox jumps over the lazy dog. ';

test('one edit a second at most, however often text arrives, and the final text always', async () => {
  const { timers, stream, count, changes, messages } = createPlace(0, 2000);
  let text = '';
  for (let tick = 0; tick < 50; tick += 1) {
    text += 'abc ';
    stream.show(text);
    await timers.pass(100);
  }
  const done = stream.finish(`${text}end`);
  await timers.pass(1000);
  assert.deepEqual(await done, ['m1']);
  assert.equal(count('post'), 1);
  assert.ok(count('edit') >= 4 && count('edit') <= 5, `${count('edit')} edits in 5 seconds`);
  for (const [index, change] of changes.entries()) {
    assert.ok(index === 0 || change.at - (changes[index - 1]?.at ?? 0) >= 1000);
  }
  assert.equal(messages.get('m1'), `${text}end`);
  assert.equal(timers.waiting, 0);
});

test('the first message waits for something worth reading, but not for long', async () => {
  const { timers, stream, changes } = createPlace();
  stream.show('I');
  await timers.pass(500);
  assert.equal(changes.length, 0);
  stream.show('I think that this is enough to read.');
  await timers.pass(0);
  assert.equal(changes.length, 1);
  const slow = createPlace();
  slow.stream.show('Hm');
  await slow.timers.pass(999);
  assert.equal(slow.changes.length, 0);
  await slow.timers.pass(1);
  assert.deepEqual(
    slow.changes.map((change) => change.text),
    ['Hm'],
  );
  const short = createPlace();
  short.stream.show('Yes! ');
  await short.timers.pass(0);
  assert.deepEqual(
    short.changes.map((change) => change.text),
    ['Yes!'],
  );
});

test('what did not change is not sent again', async () => {
  const { timers, stream, changes } = createPlace();
  stream.show(sentence);
  await timers.pass(3000);
  stream.show(`${sentence}  `);
  await timers.pass(3000);
  assert.deepEqual(await stream.finish(sentence), ['m1']);
  assert.equal(changes.length, 1);
});

test('a finish without a show posts at once; show after it does nothing', async () => {
  const { stream, changes, timers } = createPlace();
  assert.deepEqual(await stream.finish('Short.'), ['m1']);
  stream.show('Something else, quite long enough.');
  await timers.pass(5000);
  assert.equal(changes.length, 1);
});

test('a text that outgrows a message goes on in the next one, in order', async () => {
  const { timers, stream, messages, changes } = createPlace(300);
  const whole = sentence.repeat(30);
  for (let length = 10; length < whole.length; length += 60) {
    stream.show(whole.slice(0, length));
    await timers.pass(700);
  }
  const done = stream.finish(whole);
  await timers.pass(20_000);
  const ids = await done;
  assert.ok(ids.length >= 7);
  assert.deepEqual(ids, [...messages.keys()]);
  assert.equal([...messages.values()].join(' '), whole.trim());
  const edits = changes.filter((change) => change.what === 'edit');
  for (const [index, edit] of edits.entries()) assert.ok(index === 0 || edit.at - (edits[index - 1]?.at ?? 0) >= 1000);
});

test('a message that can’t be edited any more is replaced, and what stands after it too', async () => {
  const { timers, stream, messages, refuse, trouble, count } = createPlace();
  stream.show(sentence);
  await timers.pass(1000);
  refuse.add('m1');
  messages.delete('m1');
  stream.show(sentence.repeat(2));
  await timers.pass(1000);
  const done = stream.finish(sentence.repeat(12));
  await timers.pass(5000);
  const ids = await done;
  assert.deepEqual(ids, [...messages.keys()]);
  assert.equal([...messages.values()].join(' '), sentence.repeat(12).trim());
  assert.ok(!ids.includes('m1'));
  assert.deepEqual(trouble, ['edit', 'remove']);
  assert.equal(count('remove'), 1);
});

test('a place that takes no message is tried again once, by finish, which tells', async () => {
  const { timers, stream, refuse, count, trouble } = createPlace();
  refuse.add('post');
  stream.show(sentence);
  await timers.pass(1000);
  stream.show(sentence.repeat(3));
  await timers.pass(10_000);
  assert.equal(count('post'), 1);
  assert.deepEqual(trouble, ['post']);
  await assert.rejects(stream.finish(sentence.repeat(3)), /post refused/);
  assert.equal(count('post'), 2);
});

test('finish waits for what is under way and then flushes', async () => {
  const { timers, stream, messages, changes } = createPlace(400);
  stream.show(sentence);
  await timers.pass(100);
  const done = stream.finish(`${sentence}And more.`);
  await timers.pass(3000);
  assert.deepEqual(await done, ['m1']);
  assert.equal(messages.get('m1'), `${sentence}And more.`);
  assert.equal(changes.length, 2);
});

test('stop leaves no timer behind and ends a finish under way', async () => {
  const { timers, stream } = createPlace();
  stream.show(sentence);
  await timers.pass(100);
  stream.show(sentence.repeat(2));
  await settle();
  const done = stream.finish(sentence.repeat(3));
  const rejected = assert.rejects(done, /stopped/);
  await settle();
  stream.stop();
  await rejected;
  assert.equal(timers.waiting, 0);
});

test('whatever the pace and the failures, what stands there at the end is the text', async () => {
  const step = fc.record({ length: fc.nat({ max: 120 }), ms: fc.nat({ max: 1500 }), breaks: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat({ max: 500 }), async (steps, latencyMs) => {
      const { timers, stream, messages, refuse, changes } = createPlace(latencyMs);
      let text = 'Once upon a time';
      for (const { length, ms, breaks } of steps) {
        text += sentence.slice(0, length % sentence.length);
        stream.show(text);
        await timers.pass(ms);
        const newest = [...messages.keys()].at(-1);
        if (breaks && newest !== undefined) refuse.add(newest);
      }
      const done = stream.finish(text);
      await timers.pass(60_000);
      const ids = await done;
      const edits = changes.filter((change) => change.what === 'edit');
      for (const [index, edit] of edits.entries()) assert.ok(index === 0 || edit.at - (edits[index - 1]?.at ?? 0) >= 1000);
      const words = (value: string): string => value.split(/\s+/).join(' ').trim();
      assert.equal(words(ids.map((id) => messages.get(id)).join(' ')), words(text));
    }),
    { numRuns: 60 },
  );
});

test('a text takes the place of messages that stand there: they are edited, more follow, those left over go', async () => {
  const place = (standing: readonly string[]) => {
    const messages = new Map(standing.map((id) => [id, 'what stood there']));
    const timers = createManualTimers();
    const lasts: string[] = [];
    let posted = 0;
    const set = (id: string, text: string, isLast: boolean): string => {
      messages.set(id, text);
      if (isLast) lasts.push(id);
      return id;
    };
    const stream = createMessageStream({
      sink: {
        post: async (text, _index, isLast) => set(`new${++posted}`, text, isLast),
        edit: async (id, text, isLast) => void set(id, text, isLast),
        remove: async (id) => void messages.delete(id),
      },
      timers,
      editIntervalMs: 1000,
      charactersMax: 200,
      standing,
    });
    return { messages, timers, stream, lasts };
  };
  for (const [standing, text, expected] of [
    [['a', 'b', 'c'], 'short', ['a']],
    [['a'], sentence.repeat(12), ['a', 'new1', 'new2']],
    [['a', 'b'], sentence.repeat(8), ['a', 'b']],
  ] as const) {
    const { messages, timers, stream, lasts } = place(standing);
    const done = stream.finish(text);
    await timers.pass(10_000);
    assert.deepEqual(await done, expected);
    assert.deepEqual([...messages.keys()], expected);
    assert.equal([...messages.values()].join(' ').trim(), text.trim());
    assert.deepEqual(lasts, expected.slice(-1), 'what the answer ends with is told');
  }
});

test('stopping waits for what is under way', async () => {
  const { timers, stream, messages } = createPlace(500);
  stream.show('Enough to be worth reading, surely.');
  await timers.pass(100);
  let isStopped = false;
  const stopped = stream.stop().then(() => {
    isStopped = true;
  });
  await settle();
  assert.equal(isStopped, false);
  await timers.pass(500);
  await stopped;
  assert.equal(messages.size, 1);
});

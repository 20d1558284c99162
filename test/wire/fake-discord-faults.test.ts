// The loopback Discord's scripted faults and rate limits, as discord.js meets them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HTTPError, MessageFlags } from 'discord.js';
import { hasCode, scene } from './fake-discord-client.ts';

describe('faults and limits', () => {
  it('a 429 of a route is waited for, and a global one stops all routes', async (test) => {
    const { discord, channel, place } = await scene(test);
    const fault = discord.faults.add({ method: 'POST', path: /messages$/, effect: { rateLimit: { retryAfterS: 0.05 } } });
    await place.send('a');
    discord.faults.add({ method: 'POST', path: /typing$/, effect: { rateLimit: { retryAfterS: 0.05, global: true } } });
    await place.sendTyping();
    assert.equal(fault.struck, 1);
    assert.deepEqual(
      discord.requests({ method: 'POST' }).map((each) => each.status),
      [429, 200, 429, 204],
    );
    assert.equal(channel.botMessages().length, 1);
  });

  it('an own limit for a route is told in the headers, so that discord.js never meets it', async (test) => {
    const { discord, channel, place } = await scene(test);
    discord.limitRate({ method: 'POST', path: /messages$/, limit: 2, windowMs: 60 });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((text) => place.send(text)));
    assert.equal(channel.botMessages().length, 5);
    const statuses = discord.requests({ method: 'POST', path: /messages$/ }).map((each) => each.status);
    assert.equal(
      statuses.every((status) => status === 200),
      true,
    );
  });

  it('500, dropped sockets and slow answers: before the work and after it', async (test) => {
    const { discord, channel, place } = await scene(test, { retries: 0, timeout: 80 });
    const path = /messages$/;
    discord.faults.add({ method: 'POST', path, effect: { status: 500 } });
    await assert.rejects(place.send('lost'), HTTPError);
    discord.faults.add({ method: 'POST', path, effect: { dropSocket: true, handled: false } });
    await assert.rejects(place.send('lost too'));
    assert.equal(channel.botMessages().length, 0);
    discord.faults.add({ method: 'POST', path, effect: { dropSocket: true, handled: true } });
    await assert.rejects(place.send('there'));
    discord.faults.add({ method: 'POST', path, effect: { delayMs: 200, thenHandle: false } });
    await assert.rejects(place.send('there too'), { name: 'AbortError' });
    assert.deepEqual(
      channel.botMessages().map((each) => each.content),
      ['there', 'there too'],
    );
    discord.faults.add({ method: 'PATCH', path: /messages\//, effect: { status: 400, code: 30046, message: 'Too many edits' } });
    await assert.rejects(place.messages.edit(channel.botMessages()[0]?.id ?? '', 'x'), hasCode(30046));
  });

  it('discord.js retries a 5xx by itself, and the log shows every attempt', async (test) => {
    const { discord, channel, place } = await scene(test);
    discord.faults.add({ method: 'POST', path: /messages$/, times: 3, effect: { status: 502, handled: true } });
    await place.send({ content: 'often', flags: MessageFlags.SuppressNotifications });
    assert.equal(discord.requests({ method: 'POST', path: /messages$/ }).length, 4);
    assert.equal(channel.botMessages().length, 4);
  });
});

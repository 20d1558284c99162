// As whom a persona speaks.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { speaksAsItself } from '../../../src/turn/own-name.ts';
import { three } from './scene-kit.ts';

it('a persona speaks as itself in every scene, and alone only in servers where that is wanted', () => {
  const server = { channelIds: ['1'], serverId: '2' };
  const direct = { channelIds: ['1'] };
  for (const [scene, voice, place, expected] of [
    [three, 'bot', undefined, true],
    [three, 'bot', direct, true],
    [three, 'persona', server, true],
    [undefined, 'persona', server, true],
    [undefined, 'persona', direct, false],
    [undefined, 'persona', undefined, false],
    [undefined, 'bot', server, false],
  ] as const) {
    assert.equal(speaksAsItself(scene === undefined ? {} : { scene }, { voice }, place), expected);
  }
});

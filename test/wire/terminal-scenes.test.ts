// A scene in the terminal: the same commands in a pipe as on Discord, and names in colours on a screen.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, describe, it } from 'node:test';
import { createApp } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { shownText, type Turn } from '../../src/core/conversation.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { terminalConversation } from '../../src/platform/terminal/talk.ts';
import { createTerminalChat } from '../../src/platform/terminal/terminal-chat.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { wordModel } from '../model/prompt-kit.ts';
import { createProcesses, root, turnsIn } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
after(async () => {
  await processes.end();
  folder.remove();
});
const config = join(folder.path, 'scene.yaml');
writeFileSync(
  config,
  'engine: { gpuLayers: 0, threads: 1 }\ntemplate: alpaca\nanswer: { tokensMax: 6 }\nsampling: { temperature: 1.5 }\n',
);
const words = (name: string): readonly string[] => [
  ...['start', '--data', join(folder.path, name), '--config', config],
  ...['--model', wordModel(folder.path)],
];
const textOf = (turn: Turn | undefined): string => (turn === undefined ? '' : shownText(turn));

describe('a scene in a pipe', () => {
  it('is led by the same commands; each answer bears a name, and the one shown is the one remembered', async () => {
    const lines = [
      'hello',
      '/scene start Ember, Tansy, Nessa Rudd mode:list',
      'who is awake?',
      '/regenerate in fewer words',
      '/swipe previous',
      '/continue',
      '/scene mute Tansy',
      'and now?',
      '/undo',
      '/scene speak Tansy',
      '/note set It is snowing, and nobody goes out. depth:2',
      '/note show',
      '/scene end',
      'still there?',
    ];
    const { out, errors, code } = await processes.run(`${lines.join('\n')}\n`, words('pipe'));
    assert.equal(code, 0);
    assert.doesNotMatch(errors, /"level":"(?:warn|error)"/);
    const turns = await turnsIn(join(folder.path, 'pipe'));
    assert.deepEqual(
      turns.map(({ role, speaker }) => (role === 'user' ? 'human' : speaker.name)),
      ['human', 'Paddock', 'human', 'Ember', 'Tansy', 'Nessa Rudd', 'Tansy', 'human', 'Paddock'],
    );
    const [, first, , ember, tansy, rudd, asked, , last] = turns;
    assert.equal(rudd?.alternatives.length, 2);
    assert.equal(rudd?.shown, 0);
    const printed = out.split('\n');
    const told = (name: string, text: string): number => printed.indexOf(`${name}: ${text}`);
    assert.equal(printed[0], textOf(first), 'who is alone needs no name');
    const places = [
      told('Ember', textOf(ember)),
      told('Tansy', textOf(tansy)),
      told('Nessa Rudd', rudd?.alternatives[1] ?? ''),
      told('Nessa Rudd', textOf(rudd)),
      told('Tansy', textOf(asked)),
      printed.indexOf(textOf(last)),
    ];
    assert.ok(!places.includes(-1), `${places.join()}\n${out}`);
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
      out,
    );
    assert.equal(out.split('Nessa Rudd: ').length - 1, 5, 'answered, again, back, continued, answered once more');
    assert.match(out, /It is snowing, and nobody goes out\.\n\n[^\n]*2/);

    const later = await processes.run('/scene show\n/swipe\n', words('pipe'));
    assert.match(later.out, /There is no scene|no scene here/i);
    assert.match(later.errors + later.out, /this answer has 1/);
  });
});

/** The real bot behind a screen that notes what is printed. */
const openScreen = async () => {
  const env = { PADDOCK_DATA: join(folder.path, 'screen'), PADDOCK_MODEL: wordModel(folder.path) };
  const app = await createApp(loadConfig({ root, file: config, env }), silentLogger, { shutdown: () => {} });
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 200 });
  let printed = '';
  let told: () => void = () => {};
  output.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    told();
  });
  let ids = 0;
  const chat = createTerminalChat({
    ...{ input, output, errors: new PassThrough(), environment: {}, user: { id: 'terminal:ash', name: 'ash' } },
    commands: app.commands,
    onMessage: app.respond,
    stopAnswers: app.stopAnswers,
    logger: silentLogger,
    now: Date.now,
    newId: () => `line-${ids++}`,
  });
  app.platforms.attach('terminal', chat);
  const running = chat.run();
  const wait = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(printed)) await new Promise<void>((resolve) => (told = resolve));
    const all = printed;
    printed = '';
    return all;
  };
  return {
    app,
    wait,
    /** Types a line, and waits for the prompt that comes after what it has brought. */
    type: (line: string): Promise<string> => {
      input.write(`${line}\r`);
      return wait(/\n[^\n]*ash\S* › [^\n]*$/);
    },
    close: async (): Promise<void> => {
      await chat.close();
      await running;
      await app.close();
    },
  };
};

describe('a scene on a screen', () => {
  it('shows each name in a colour of its own, and what comes unasked above the line that is typed', {
    timeout: 60_000,
  }, async () => {
    const screen = await openScreen();
    try {
      await screen.wait(/ash/);
      await screen.type('hello');
      await screen.type('/scene start Ember, Tansy, Nessa Rudd mode:list');
      await screen.type('/scene auto 1 1');
      const shown = await screen.type('who is awake?');
      const colours = new Map(
        [...shown.matchAll(/\u001b\[1;(\d+)m(Ember|Tansy|Nessa Rudd)\u001b\[0m › \w/g)].map(([, colour, name]) => [name, colour]),
      );
      assert.deepEqual([...colours.keys()], ['Ember', 'Tansy', 'Nessa Rudd'], JSON.stringify(shown));
      assert.equal(new Set(colours.values()).size, 3, 'three colours');

      const unasked = await screen.wait(/Ember[^\n]*› \w[^\n]*\n[^\n]*ash\S* › /);
      assert.ok(unasked.includes('\r\u001b[K'), JSON.stringify(unasked));
      const turns = await screen.app.memory.turns(terminalConversation);
      assert.ok(unasked.includes(textOf(turns.at(-1))), JSON.stringify([unasked, textOf(turns.at(-1))]));

      const swiped = await screen.type('/regenerate');
      assert.match(swiped, /Ember[^\n]*› \w/);
    } finally {
      await screen.close();
    }
  });
});

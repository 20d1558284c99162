import type { Command } from '../core/command.ts';
import { defineCommand } from './define-command.ts';
import { say } from './locale/index.ts';
import type { CommandServices } from './services.ts';
import { durationText, memoryText } from './words.ts';

/** `/stats`: what was answered since the start, how fast, and what it takes. */
export const createStatsCommand = (services: CommandServices): Command =>
  defineCommand({
    name: 'stats',
    description: 'Show how much I have answered since I started, and how fast',
    options: [],
    rank: 'everyone',
    run: async ({ locale }) => {
      const { answers, failures, promptTokens, cachedTokens, outputTokens, writingMs, readingMs } = services.answerCounts();
      const { running, waiting } = services.queue.state();
      const lines = [
        say(locale, 'statsAnswers', { answers, failures }),
        say(locale, 'statsTokens', { prompt: promptTokens, cached: percent(cachedTokens, promptTokens), output: outputTokens }),
        say(locale, 'statsSpeed', {
          speed: writingMs === 0 ? '–' : (outputTokens / (writingMs / 1000)).toFixed(1),
          first: answers === 0 ? '–' : (readingMs / answers / 1000).toFixed(1),
        }),
        say(locale, 'statusQueue', { running, waiting }),
        say(locale, 'statusMemory', { memory: memoryText(services.memoryBytes()) }),
        say(locale, 'statusUptime', { uptime: durationText(services.now() - services.startedAt) }),
      ];
      return { text: lines.join('\n'), isPrivate: true };
    },
  });

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((100 * part) / whole));

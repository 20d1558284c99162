import type { RunnableCommand } from '../core/command.ts';
import { currentPersona } from './current-persona.ts';
import { say } from './locale/index.ts';
import type { CommandServices } from './services.ts';
import { durationText, memoryText } from './words.ts';

/** `/status`: how the bot is, what it knows of this conversation, and how it is set up here. */
export const createStatusCommand = (services: CommandServices): RunnableCommand => ({
  name: 'status',
  description: 'Show how I am: model, queue, memory, uptime',
  options: [],
  rank: 'everyone',
  async run({ conversation, place, locale, user }) {
    const [remembered, persona, { preset, template, quota }] = await Promise.all([
      services.memory.count(conversation),
      currentPersona(services, { conversation, ...(place && { place }) }),
      services.settings.at(place),
    ]);
    const { model, isLoading = false } = services.engine;
    const { running, waiting } = services.queue.state();
    const used = services.quota.used({ userId: user.id });
    const lines = [
      model === undefined
        ? say(locale, isLoading ? 'statusModelLoading' : 'statusNoModel')
        : say(locale, 'statusModel', {
            model: model.name,
            device: model.device,
            tokens: model.contextTokens,
            slots: model.slots,
          }),
      say(locale, 'statusPersona', { name: persona.name }),
      say(locale, 'statusSettings', { preset: preset ?? '–', template }),
      say(locale, 'statusRemembered', { count: remembered }),
      ...(quota.perUserPerHour === 0
        ? []
        : [say(locale, 'statusQuota', { left: Math.max(0, quota.perUserPerHour - used.user), limit: quota.perUserPerHour })]),
      say(locale, 'statusQueue', { running, waiting }),
      say(locale, 'statusUptime', { uptime: durationText(services.now() - services.startedAt) }),
      say(locale, 'statusMemory', { memory: memoryText(services.memoryBytes()) }),
    ];
    return { text: lines.join('\n'), isPrivate: true };
  },
});

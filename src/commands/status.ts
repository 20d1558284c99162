import type { Command } from '../core/command.ts';
import { currentPersona } from './current-persona.ts';
import type { CommandServices } from './services.ts';
import { counted, durationText, memoryText } from './words.ts';

/** `/status`: how the bot is, and what it knows of this conversation. */
export const createStatusCommand = (services: CommandServices): Command => ({
  name: 'status',
  description: 'Show how I am: model, queue, memory, uptime',
  options: [],
  rank: 'everyone',
  async run({ conversation, place }) {
    const [remembered, persona] = await Promise.all([
      services.memory.count(conversation),
      currentPersona(services, { conversation, ...(place && { place }) }),
    ]);
    const { model } = services.engine;
    const { running, waiting } = services.queue.state();
    const lines = [
      `Model: ${model === undefined ? 'none loaded at the moment' : `${model.name}, on ${model.device}`}`,
      `Persona here: ${persona.name}`,
      `Remembered here: ${counted(remembered, 'message')}`,
      `Queue: ${running} running, ${waiting} waiting`,
      `Up for: ${durationText(services.now() - services.startedAt)}`,
      `Memory use: ${memoryText(services.memoryBytes())}, the model's not counted`,
    ];
    return { text: lines.join('\n'), isPrivate: true };
  },
});

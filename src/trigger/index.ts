export { type BotTurns, createBotTurns } from './bot-turns.ts';
export { type Decision, decide, type TriggerSettings } from './decide.ts';

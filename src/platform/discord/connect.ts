import { type RESTGetAPIGatewayBotResult, Routes } from 'discord.js';
import { PaddockError } from '../../core/error.ts';
import type { Logger } from '../../core/logger.ts';
import type { Timers } from '../../reply/index.ts';
import { isTransient, sleep } from './back-off.ts';
import type { DiscordClient } from './client.ts';
import { failureFields } from './failures.ts';
import { refusalOfBudget, refusalOfRequest } from './refusals.ts';

export type ConnectOptions = {
  readonly client: DiscordClient;
  /** The token as it was given, and without what may stand in front of it. */
  readonly login: string;
  readonly token: string;
  readonly timers: Timers;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
};

/** Connects for the first time. Resolves also when that failed and the client's shard goes on trying. */
export const connect = async ({ client, login, token, timers, signal, logger }: ConnectOptions): Promise<void> => {
  client.rest.setToken(token);
  for (let attempt = 0; ; attempt += 1) {
    try {
      const gateway = (await client.rest.get(Routes.gatewayBot())) as RESTGetAPIGatewayBotResult;
      const refusal = refusalOfBudget(gateway.session_start_limit);
      if (refusal !== undefined) throw refusal;
      await client.login(login);
      return;
    } catch (error) {
      if (error instanceof PaddockError) throw error;
      const refusal = refusalOfRequest(error);
      if (refusal !== undefined) throw refusal;
      if (client.ws.shards.size > 0) return; // a shard exists, and connects again by itself
      if (!isTransient(error)) throw error;
      const waitMs = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 5));
      logger.warn({ waitMs, ...failureFields(error) }, 'Discord can not be reached; trying again');
      await sleep(timers, waitMs, signal);
      if (signal.aborted) throw error;
    }
  }
};

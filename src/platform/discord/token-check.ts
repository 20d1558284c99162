import { type REST, Routes } from 'discord.js';
import type { PaddockError } from '../../core/error.ts';
import { type BackOffOptions, withBackOff } from './back-off.ts';
import { refusalOfRequest } from './refusals.ts';

/**
 * Makes what is to be called when a request was answered with 401. discord.js then forgets the token, and the bot would
 * hear everybody and answer nobody. So the token is set again and tried: a proxy may have said so, or Discord by mistake.
 *
 * @param onRefused told when Discord really does not accept the token any more.
 */
export const createTokenCheck = (
  rest: REST,
  token: string,
  backOff: BackOffOptions,
  onRefused: (refusal: PaddockError) => void,
): (() => void) => {
  let isChecking = false;
  const check = async (): Promise<void> => {
    isChecking = true;
    try {
      await withBackOff(() => rest.get(Routes.gatewayBot()), backOff);
    } catch (error) {
      const refusal = refusalOfRequest(error);
      if (refusal !== undefined) onRefused(refusal);
    } finally {
      isChecking = false;
    }
  };
  return () => {
    rest.setToken(token);
    if (!isChecking) void check();
  };
};

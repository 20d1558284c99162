import type { Locale } from '../core/locale.ts';
import type { Place, ReplySettings } from '../core/settings.ts';

/** What gives the settings of a place. */
export type LanguageServices = { at(place: Place | undefined): Promise<{ readonly reply: ReplySettings }> };

/**
 * The language of what the bot itself says in a place. Never rejects: what there is to say may be that the settings can't be read, and is
 * said in the place's own language then.
 */
export const languageAt = async (services: LanguageServices, place: Place | undefined): Promise<Locale> => {
  try {
    return (await services.at(place)).reply.language ?? 'en';
  } catch {
    return place?.locale ?? 'en';
  }
};

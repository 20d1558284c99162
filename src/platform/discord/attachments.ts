import type { Attachment } from 'discord.js';
import { refusal } from '../../commands/refusal.ts';
import { bounds } from '../../core/bounds.ts';
import type { CommandAttachment } from '../../core/command.ts';
import type { Locale } from '../../core/locale.ts';

const discordApi = 'https://discord.com/api';
const discordHosts = new Set(['cdn.discordapp.com', 'media.discordapp.net']);

/** Whether a file's address is Discord's own, or that of the Discord which the bot was told to use. */
export const isDiscordFile = (url: string, apiUrl: string): boolean => {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false;
  if (parsed.protocol === 'https:' && parsed.port === '' && discordHosts.has(parsed.hostname)) return true;
  return !apiUrl.startsWith(discordApi) && parsed.origin === URL.parse(apiUrl)?.origin;
};

/**
 * A file that came with a command. It is fetched only when it is read, from Discord's own file hosts only, without
 * following redirects, and not beyond its bound, whatever size was told before.
 */
export const attachmentOf = (
  { name, url, size }: Pick<Attachment, 'name' | 'url' | 'size'>,
  apiUrl: string,
  locale: Locale,
  signal: AbortSignal,
): CommandAttachment => ({
  name,
  async read(bytesMax = bounds.attachmentBytesMax) {
    const file = name.slice(0, 100);
    const tooLarge = () => refusal('bad-input', { locale }, 'fileTooLarge', { file, max: Math.floor(bytesMax / 1_048_576) || 1 });
    const unreadable = (cause: unknown) => refusal('bad-input', { locale }, 'fileUnreadable', { file }, cause);
    if (size > bytesMax) throw tooLarge();
    if (!isDiscordFile(url, apiUrl)) throw unreadable(new Error('the file is on a host that is not Discord’s'));
    try {
      const timeout = AbortSignal.timeout(bounds.attachmentMsMax);
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.any([timeout, signal]) });
      if (!response.ok || response.body === null) throw new Error(`Discord answered ${response.status}`);
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of response.body) {
        bytes += chunk.byteLength;
        if (bytes > bytesMax) throw tooLarge();
        chunks.push(chunk);
      }
      return new Uint8Array(Buffer.concat(chunks));
    } catch (error) {
      throw error instanceof Error && error.name === 'PaddockError' ? error : unreadable(error);
    }
  },
});

import type { Attachment, Message } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import { isDiscordFile } from './attachments.ts';
import { decodeText, fileForm } from './file-text.ts';

/** Texts of files by the ids of their attachments, in the form in which they stand in a message. */
export type FileTexts = ReadonlyMap<string, string>;

export type ReadFilesOptions = {
  /** Base of Discord's REST interface: another one than Discord's own may have files as well. */
  readonly apiUrl: string;
  readonly signal: AbortSignal;
  /** Told of a file that could not be fetched. */
  onTrouble(error: unknown): void;
};

/** The files of a message that may be text. What they are is decided by what is in them; media are not even looked at. */
export const candidatesOf = (message: Message): readonly Attachment[] =>
  [...message.attachments.values()]
    .filter(({ contentType, size }) => size > 0 && !/^(?:image|video|audio)\//.test(contentType ?? ''))
    .slice(0, bounds.discord.files.countMax);

/**
 * Reads the files that are text, each only as far as it will be shown. Never rejects: those that can't be read, in
 * time or at all, are left out.
 */
export const readFiles = async (files: readonly Attachment[], options: ReadFilesOptions): Promise<FileTexts> => {
  const { totalBytesMax, bytesMax, charactersMax, readMsMax } = bounds.discord.files;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(readMsMax)]);
  const share = Math.min(bytesMax, Math.floor(totalBytesMax / Math.max(1, files.length)));
  const read = await Promise.all(
    files.map(async (file) => {
      try {
        return { file, start: await fetchStart(file.url, share, options.apiUrl, signal) };
      } catch (error) {
        if (!options.signal.aborted) options.onTrouble(error);
        return { file, start: undefined };
      }
    }),
  );
  const texts = read.flatMap(({ file, start }) => {
    const text = start && decodeText(start.bytes, start.isCut);
    return text === undefined || start === undefined ? [] : [{ file, text, isCut: start.isCut }];
  });
  // The short ones first, so that what they leave goes to the long ones.
  let room: number = charactersMax;
  let left = texts.length;
  const forms = new Map<string, string>();
  for (const { file, text, isCut } of [...texts].sort((one, other) => one.text.length - other.text.length)) {
    const form = fileForm(file.name, text, isCut, Math.floor(room / left));
    forms.set(file.id, form);
    room -= form.length;
    left -= 1;
  }
  return forms;
};

/** The first bytes behind an address of Discord; no redirect is followed. */
const fetchStart = async (
  url: string,
  bytesMax: number,
  apiUrl: string,
  signal: AbortSignal,
): Promise<{ readonly bytes: Uint8Array; readonly isCut: boolean }> => {
  if (!isDiscordFile(url, apiUrl)) throw new Error('a file is on a host that is not Discord’s');
  const response = await fetch(url, { redirect: 'error', signal });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`a file could not be fetched: ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the transfer.
  for await (const chunk of response.body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > bytesMax) break;
  }
  return { bytes: new Uint8Array(Buffer.concat(chunks).subarray(0, bytesMax)), isCut: bytes > bytesMax };
};

import { crc32, inflateRawSync } from 'node:zlib';
import { bounds } from '../../core/bounds.ts';
import type { PaddockError } from '../../core/error.ts';
import { type Sentence, sentence } from '../../core/sentence.ts';
import { cardError } from './card-error.ts';
import type { Work } from './work.ts';

// The format: PKWARE's APPNOTE, 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (its end).
// A reader of our own and not a library's: fflate goes on unpacking where an entry has more than it claims
// (8 MB keep it busy for 20 s), and checks no checksums.

/** An archive whose directory was read; nothing in it is inflated before it is asked for. */
export interface Archive {
  readonly names: readonly string[];
  /** The bytes of an entry, its checksum checked; undefined where there is none of that name. */
  read(name: string, bytesMax: number): Uint8Array | undefined;
}

type Entry = {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly headerAt: number;
};

const marks = { local: 0x04034b50, entry: 0x02014b50, end: 0x06054b50 };
const sizes = { local: 30, entry: 46, end: 22, comment: 65_535 };

/** Where the archive's end record stands; -1 where there is none. Reads at most its longest comment. */
export const endOfArchive = (bytes: Uint8Array, work: Work): number => {
  const view = viewOf(bytes);
  const first = Math.max(0, view.length - sizes.end - sizes.comment);
  work.spend(view.length - first);
  for (let at = view.length - sizes.end; at >= first; at -= 1) {
    if (view.readUInt32LE(at) === marks.end && at + sizes.end + view.readUInt16LE(at + 20) <= view.length) return at;
  }
  return -1;
};

/** Reads the directory of a zip archive. Something else, such as a picture, may stand before the archive. */
export const openArchive = (bytes: Uint8Array, work: Work): Archive => {
  const view = viewOf(bytes);
  const end = endOfArchive(bytes, work);
  if (end === -1) throw damaged('archiveCutOff');
  const count = view.readUInt16LE(end + 10);
  const directoryBytes = view.readUInt32LE(end + 12);
  const directoryAt = view.readUInt32LE(end + 16);
  if (count === 0xffff || directoryAt === 0xffffffff) throw cardError(sentence('archiveTooModern'));
  if (count > bounds.card.entriesMax) throw cardError(sentence('archiveTooManyFiles', { max: bounds.card.entriesMax }));
  // What stands before the archive shifts all places in it.
  const shift = end - directoryBytes - directoryAt;
  if (shift < 0) throw damaged('archiveDirectoryMoved');

  const entries = new Map<string, Entry>();
  let at = shift + directoryAt;
  let total = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + sizes.entry > end || view.readUInt32LE(at) !== marks.entry) throw damaged('archiveDirectoryBroken');
    const nameBytes = view.readUInt16LE(at + 28);
    const next = at + sizes.entry + nameBytes + view.readUInt16LE(at + 30) + view.readUInt16LE(at + 32);
    if (next > end || nameBytes > bounds.card.entryNameCharactersMax) throw damaged('archiveDirectoryBroken');
    work.spend(next - at);
    const entry: Entry = {
      name: view.toString('utf8', at + sizes.entry, at + sizes.entry + nameBytes),
      flags: view.readUInt16LE(at + 8),
      method: view.readUInt16LE(at + 10),
      checksum: view.readUInt32LE(at + 16),
      packedBytes: view.readUInt32LE(at + 20),
      bytes: view.readUInt32LE(at + 24),
      headerAt: shift + view.readUInt32LE(at + 42),
    };
    total += entry.bytes;
    if (total > bounds.card.archiveBytesMax) {
      throw cardError(sentence('archiveTooLarge', { megabytes: bounds.card.archiveBytesMax / 1_000_000 }));
    }
    // The first of a name: a second one would be a way to show others something else than what is read here.
    if (!entries.has(entry.name)) entries.set(entry.name, entry);
    at = next;
  }
  return {
    names: [...entries.keys()],
    read: (name, bytesMax) => {
      const entry = entries.get(name);
      return entry && bytesOf(view, entry, bytesMax, work);
    },
  };
};

/** The most bytes that Deflate makes of one: 258 of two bits, and a little. */
const inflationMax = 1032;

const bytesOf = (view: Buffer, entry: Entry, bytesMax: number, work: Work): Uint8Array => {
  const { name, flags, method, checksum, packedBytes, bytes, headerAt } = entry;
  if ((flags & 1) !== 0) throw cardError(sentence('archiveLocked'));
  if (method !== 0 && method !== 8) throw cardError(sentence('archiveUnknownPacking'));
  if (bytes > bytesMax)
    throw cardError(sentence('archiveFileTooLarge', { file: fileName(name), megabytes: bytesMax / 1_000_000 }));
  if (headerAt + sizes.local > view.length || view.readUInt32LE(headerAt) !== marks.local) throw damaged('archiveEntryMissing');
  const from = headerAt + sizes.local + view.readUInt16LE(headerAt + 26) + view.readUInt16LE(headerAt + 28);
  if (from + packedBytes > view.length) throw damaged('archiveCutOff');
  const packed = view.subarray(from, from + packedBytes);
  const isWrong = (): PaddockError => damaged(sentence('archiveEntryWrong', { file: fileName(name) }));
  // What can not come out of so few bytes is not tried, so that the work done for an archive is in proportion to its size.
  if (bytes > (method === 0 ? 1 : inflationMax) * packedBytes) throw isWrong();
  work.spend(packedBytes + bytes);
  const unpacked = method === 0 ? packed : inflated(packed, bytes);
  if (unpacked.length !== bytes || crc32(unpacked) !== checksum) throw isWrong();
  return unpacked;
};

/** Stops as soon as there is more than the entry claims to have, so that a bomb never unfolds. */
const inflated = (packed: Uint8Array, bytes: number): Uint8Array => {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
  } catch (error) {
    throw damaged('archiveEntryUnpackable', error);
  }
};

type Damage =
  | 'archiveCutOff'
  | 'archiveDirectoryMoved'
  | 'archiveDirectoryBroken'
  | 'archiveEntryMissing'
  | 'archiveEntryUnpackable';

const damaged = (why: Damage | Sentence, cause?: unknown) =>
  cardError(sentence('archiveDamaged', { why: typeof why === 'string' ? sentence(why) : why }), cause);

const fileName = (name: string): string | Sentence => (/^[\w./-]{1,60}$/.test(name) ? name : sentence('archiveFileUnnamed'));

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);

import Keyv from 'keyv';
import { PaddockError } from '../core/error.ts';
import { deserialise, serialise } from './envelope.ts';
import { openMemoryStore } from './memory.ts';
import { openSqliteStore } from './sqlite.ts';
import type { StoreKind } from './store-kind.ts';

/** Every kind of store; a new one is one file and one line here. */
const kinds: Readonly<Record<string, StoreKind>> = {
  sqlite: openSqliteStore,
  memory: openMemoryStore,
};

/** Kinds that are planned, so that who asks for one is not told that it is a typing error. */
const notBuiltIn: readonly string[] = ['redis', 'rediss', 'postgres', 'postgresql'];

/**
 * Opens the store that a URI names: `sqlite://data/paddock.db` (relative to `directory`),
 * `sqlite:///var/lib/paddock.db`, or `memory://` (gone when the process ends). Every failure of the
 * Keyv it gives rejects, and every value is text of the form `{"value":…}`: anything else is an error.
 * Rejects with `configuration-invalid` for a URI that means nothing, `store-failed` for a store that can't be used.
 *
 * @param options.directory what a relative path is relative to. [the working directory]
 * @param options.namespace goes before every key, without a colon. [`paddock`]
 */
export const openStore = async (
  uri: string,
  { directory = process.cwd(), namespace = 'paddock' }: { readonly directory?: string; readonly namespace?: string } = {},
): Promise<Keyv> => {
  const [, name = '', location = ''] = /^([a-z]+):\/\/(.*)$/s.exec(uri) ?? [];
  const open = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (open === undefined) throw unknownStore(name);
  const store = await open(location, { directory });
  return new Keyv({ store, namespace, throwOnErrors: true, serialize: serialise, deserialize: deserialise });
};

/**
 * Sees to it that no file of a store holds what was deleted or replaced in it before; false when something is in the way. A store without
 * files, or one that others keep, sees to that itself.
 */
export const scrubStore = async ({ store: adapter }: Keyv): Promise<boolean> => {
  const scrub: unknown = typeof adapter === 'object' && adapter !== null ? Reflect.get(adapter, 'scrub') : undefined;
  return typeof scrub !== 'function' || (await scrub.call(adapter)) !== false;
};

/** The URI itself may hold a password, so only its first word is repeated. */
const unknownStore = (name: string): PaddockError => {
  const usable = 'Use sqlite://data/paddock.db, or memory:// to remember nothing after the end.';
  const message = notBuiltIn.includes(name)
    ? `The store ${name}:// is not built in yet. ${usable}`
    : `The store ${name === '' ? 'setting is no URI' : `${name}:// is unknown`}. ${usable}`;
  return new PaddockError('configuration-invalid', message, { userText: 'My memory is not set up correctly.' });
};

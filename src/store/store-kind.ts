import type { KeyvStoreAdapter } from 'keyv';
import type { SqliteAdapter } from './sqlite-adapter.ts';

/** One kind of store: makes the Keyv adapter for what stands after `://`. */
export type StoreKind = (
  location: string,
  options: { readonly directory: string },
) => Promise<KeyvStoreAdapter | SqliteAdapter | Map<string, string>>;

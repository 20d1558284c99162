import type { StoreKind } from './store-kind.ts';

/** `memory://`: everything is gone when the process ends. */
export const openMemoryStore: StoreKind = async () => new Map<string, string>();

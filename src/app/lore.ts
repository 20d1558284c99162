import type { PersonalDataSource } from '../access/personal-data.ts';
import type { LoreParts } from '../commands/services.ts';
import type { Engine } from '../core/engine.ts';
import type { Logger } from '../core/logger.ts';
import type { Memory } from '../core/memory.ts';
import type { ValueStore } from '../kept/kept-values.ts';
import {
  createBookOwners,
  createLoreAttachments,
  createLorePersonalData,
  createLoreService,
  createLoreStates,
  type LoreAttachments,
  type LoreService,
} from '../lore/index.ts';
import type { Library } from './library.ts';
import { withLore } from './lore-memory.ts';

/** Lore, put together. */
export type Lore = {
  readonly service: LoreService;
  readonly attachments: LoreAttachments;
  /** @see withLore */
  watch(memory: Memory): Memory;
  parts(engine: Engine): LoreParts;
  readonly personalData: PersonalDataSource;
};

/** @param random 0 up to, but not including, 1, for entries that come by chance */
export const createLore = (
  { lorebooks: catalogue }: Library,
  store: ValueStore,
  logger: Logger,
  random: () => number = Math.random,
): Lore => {
  const attachments = createLoreAttachments({ store });
  const owners = createBookOwners({ store });
  const onProblem = (persona: string, error: unknown): void =>
    logger.warn({ part: 'lore', persona, error }, "a persona's own lorebook can not be used");
  const service = createLoreService({
    catalogue,
    attachments,
    states: createLoreStates({ store }),
    random,
    onProblem,
  });
  return {
    service,
    attachments,
    personalData: createLorePersonalData({ catalogue, owners }),
    watch: (memory) => withLore(memory, service),
    parts: (engine) => ({
      catalogue,
      attachments,
      owners,
      service,
      countTokens: async (texts) => {
        await engine.start();
        return engine.countTokens(texts.map((text) => [{ kind: 'text', text }]));
      },
    }),
  };
};

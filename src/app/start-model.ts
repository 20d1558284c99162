import { licenceNotice } from '../config/preset.ts';
import type { Engine } from '../core/engine.ts';
import { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import type { Library } from './library.ts';
import type { Loading } from './loading.ts';

/** Begins to load the model, and tells the log which preset it has, or why it could not be loaded; never throws. */
export const startModel = ({
  engine,
  loading,
  cascade,
  logger,
}: Pick<Library, 'cascade'> & {
  readonly engine: Engine;
  readonly loading: Loading;
  readonly logger: Logger;
}): void => {
  loading.during(engine.start()).then(
    () => {
      const preset = cascade.presetAt(undefined, engine.model);
      const licence = preset && licenceNotice(preset);
      if (preset) logger.info({ part: 'start', preset: preset.id, ...(licence !== undefined && { licence }) }, 'preset in use');
    },
    (error: unknown) => {
      if (error instanceof PaddockError && error.code === 'engine-closed') return;
      logger.error(
        { part: 'engine', error },
        'the model could not be loaded; the bot goes on without it and tries again with the next question',
      );
    },
  );
};

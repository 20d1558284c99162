import type { ModelInfo } from '../core/engine.ts';
import type { PromptTemplate } from './template.ts';
import { templateError } from './template-file.ts';

/**
 * Chooses the template for whatever model is loaded. `wanted` is a template's id, or `auto`: of the
 * templates marked `automatic` the native one for a model with a chat template (and while no model
 * is loaded), else the other. Throws a `PaddockError` (`configuration-invalid`) for an unknown id.
 */
export const chooseTemplate = (
  templates: ReadonlyMap<string, PromptTemplate>,
  wanted: string,
): ((model: Pick<ModelInfo, 'hasChatTemplate'> | undefined) => PromptTemplate) => {
  if (wanted !== 'auto') {
    const template = templates.get(wanted);
    if (!template)
      throw templateError([`template: there is no "${wanted}"; choose auto, ${[...templates.keys()].toSorted().join(', ')}`]);
    return () => template;
  }
  const automatic = [...templates.values()].filter((template) => template.automatic);
  const native = automatic.find((template) => template.kind === 'native');
  const other = automatic.find((template) => template.kind === 'text');
  if (!native || !other)
    throw templateError(['template: auto needs two templates with `automatic: true`, one of `kind: native` and one with forms']);
  return (model) => ((model?.hasChatTemplate ?? true) ? native : other);
};

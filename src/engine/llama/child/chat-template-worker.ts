// The worker thread in which a chat template runs; see chat-template.ts.
import { parentPort } from 'node:worker_threads';
import { Template } from '@huggingface/jinja';
import { bounds } from '../../../core/bounds.ts';
import type { RenderRequest, RenderResult } from './chat-template.ts';

const render = ({ template, variables }: RenderRequest): RenderResult => {
  try {
    const text = new Template(template).render({ ...variables });
    if (text.length > bounds.chatTemplate.outputCharactersMax)
      return { error: `its output is longer than ${bounds.chatTemplate.outputCharactersMax} characters` };
    return { text };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
};

parentPort?.on('message', (request: RenderRequest) => parentPort?.postMessage(render(request)));
parentPort?.postMessage('ready');

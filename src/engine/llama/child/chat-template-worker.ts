// The worker thread in which a chat template runs; see chat-template.ts.
import { parentPort } from 'node:worker_threads';
import { bounds } from '../../../core/bounds.ts';
import type { PromptSegment } from '../../../core/prompt.ts';
import { parseJinja } from '../../../text/parse-jinja.ts';
import { createEnvironment, RefusalError } from './jinja/globals.ts';
import { TemplateInterpreter } from './jinja/interpreter.ts';
import type { Statement } from './jinja/library.ts';
import { runsOf, type Shade, shade, toSegments } from './jinja/shadow.ts';
import { BoundError, textIn, toValue, type Value } from './jinja/values.ts';

/** One rendering. Everything in `messages` and `variables` that people could have written is shaded in the worker. */
export type RenderRequest = {
  readonly template: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** How `content` is given: as text, or as a list with one part of type `text`. */
  readonly contentAs: 'text' | 'parts';
  /** True to break in the texts what the template's own strings are, so that it can find none of them. */
  readonly hidesMarkers: boolean;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly bosText: string;
  readonly eosText: string;
  /** In milliseconds since 1970. */
  readonly now: number;
};

export type RenderResult =
  | { readonly segments: readonly PromptSegment[]; readonly hasSystem: boolean; readonly hasTexts: boolean }
  /** `broken` templates can't be read, `refused` the messages as they are, `bound` means a limit was broken. */
  | { readonly error: string; readonly kind: 'broken' | 'refused' | 'bound' | 'failed' };

type Parsed = { readonly program: Statement; readonly markers: readonly string[] };

// Prompt after prompt comes with the same template.
const parsed = new Map<string, Parsed>();

const parseTemplate = (template: string): Parsed => {
  const before = parsed.get(template);
  if (before) return before;
  const { program, tokens } = parseJinja<Statement>(template);
  // Names of roles and the like are words; markers have other characters, too.
  const markers = tokens
    .filter((token) => token.type === 'StringLiteral' && token.value.length > 2 && /[^\w\s]/.test(token.value))
    .map((token) => token.value.trim());
  if (parsed.size >= 8) parsed.clear();
  const result = { program, markers: [...new Set(markers)].filter((marker) => marker !== '') };
  parsed.set(template, result);
  return result;
};

const render = (request: RenderRequest): RenderResult => {
  if (request.template.length > bounds.chatTemplate.templateCharactersMax)
    return { error: `it is longer than ${bounds.chatTemplate.templateCharactersMax} characters`, kind: 'bound' };
  let template: Parsed;
  try {
    template = parseTemplate(request.template);
  } catch (error) {
    return { error: `it can't be read: ${messageOf(error)}`, kind: 'broken' };
  }
  try {
    const hide = (text: string): string => (request.hidesMarkers ? withoutMarkers(text, template.markers) : text);
    const variables = {
      tools: null,
      documents: null,
      add_generation_prompt: true,
      bos_token: request.bosText,
      eos_token: request.eosText,
      ...shadeWritten(request.variables),
      messages: request.messages.map(({ role, content }) => {
        const text = shade(hide(content), role === 'system' ? 'system' : 'text');
        return { role, content: request.contentAs === 'text' ? text : [{ type: 'text', text }] };
      }),
    };
    const values = new Map<string, Value>(Object.entries(variables).map(([name, value]) => [name, toValue(value)]));
    const output = textIn(new TemplateInterpreter(createEnvironment(values, new Date(request.now))).run(template.program));
    return toResult(output ?? '', request);
  } catch (error) {
    const kind = error instanceof BoundError ? 'bound' : error instanceof RefusalError ? 'refused' : 'failed';
    return { error: messageOf(error), kind };
  }
};

const toResult = (output: string, request: RenderRequest): RenderResult => {
  const segments = toSegments(output);
  const length = segments.reduce((sum, segment) => sum + ('text' in segment ? segment.text.length : 0), 0);
  const given = request.messages.reduce((sum, message) => sum + message.content.length, 0);
  if (length > bounds.chatTemplate.outputCharactersMax + given)
    return { error: `its output is longer than ${bounds.chatTemplate.outputCharactersMax} characters`, kind: 'bound' };
  const has = (kind: Shade): boolean => runsOf(output).some((run) => run.shade === kind && run.text.trim() !== '');
  return { segments, hasSystem: has('system'), hasTexts: has('text') };
};

/** Values that could hold markup are text, too: descriptions of tools, documents. Keys are the operator's. */
const shadeWritten = (value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shadeEntry(entry)]));

const shadeEntry = (value: unknown): unknown => {
  if (typeof value === 'string') return /^[\w .,:+-]{0,64}$/.test(value) ? value : shade(value, 'text');
  if (Array.isArray(value)) return value.map(shadeEntry);
  if (typeof value === 'object' && value !== null) return shadeWritten(Object.fromEntries(Object.entries(value)));
  return value;
};

const withoutMarkers = (text: string, markers: readonly string[]): string =>
  markers.reduce((rest, marker) => rest.replaceAll(marker, `${marker.charAt(0)}\u200b${marker.slice(1)}`), text);

const messageOf = (error: unknown): string =>
  runsOf(error instanceof Error ? error.message : String(error))
    .map((run) => (run.shade === undefined ? run.text : '…'))
    .join('')
    .slice(0, 300);

parentPort?.on('message', (request: RenderRequest) => parentPort?.postMessage(render(request)));
parentPort?.postMessage('ready');

import { bounds } from '../../core/bounds.ts';
import { knownMacros } from './known-macros.ts';
import { callOf, type MacroNode, type MacroPart, parseMacros } from './parse-macros.ts';
import type { MacroValues } from './values.ts';
import { createVariables, type MacroVariables, noVariables, type VariableSession } from './variables.ts';

/** Expands the texts of one prompt, which share their variables. */
export interface MacroExpander {
  /**
   * Expands the macros of one text, from left to right and once: what a macro stands for is never looked at
   * again, so a human called `{{char}}` stays that. Only for texts of personas and lore, never for what people say.
   * @param original what this text replaces, for `{{original}}`
   */
  expand(text: string, original?: string): string;
  /** Expands with some other values; the variables are the same. */
  with(values: Partial<MacroValues>): MacroExpander;
  /** One with variables of its own, which begin as they stand now: for texts that may be expanded more than once. */
  fork(): MacroExpander;
  /** The variables that the texts so far have changed. */
  changes(): MacroVariables;
}

/** Begins with values and variables of one answer. */
export const createMacroExpander = (values: MacroValues): MacroExpander =>
  expanderOf(values, values.variables === undefined ? undefined : createVariables(values.variables));

const expanderOf = (values: MacroValues, variables: VariableSession | undefined): MacroExpander => {
  return {
    with: (others) => expanderOf({ ...values, ...others }, variables),
    fork: () => expanderOf(values, variables?.fork()),
    changes: () => variables?.changes() ?? noVariables,
    expand: (source, original = values.original ?? '') => {
      let originalLeft = original;
      let macrosLeft: number = bounds.macros.countMax;
      let charactersLeft: number = bounds.macros.outputCharactersMax;

      const textOf = (parts: readonly MacroPart[]): string => {
        const out = createOutput();
        for (const part of parts) {
          if (typeof part === 'string') out.add(expandAngled(part, values));
          else expandNode(part, out);
        }
        return out.text();
      };
      const expandNode = (node: MacroNode, out: Output): void => {
        const call = callOf(node);
        macrosLeft -= 1;
        if (call !== undefined && call.name === 'trim' && call.rest.length === 0) {
          out.trim();
          return;
        }
        const more = call !== undefined && call.separator === '' ? ownText(values.more, call.name) : undefined;
        const expanded =
          call === undefined || macrosLeft < 0
            ? undefined
            : (more ??
              knownMacros.get(call.name)?.expand({
                values,
                variables,
                text: textOf,
                call,
                place: [source, String(node.start)],
                takeOriginal: () => {
                  const once = originalLeft;
                  originalLeft = '';
                  return once;
                },
              }));
        // What is not known stays, though what stands inside it may be known.
        const text = expanded ?? `{{${textOf(node.parts)}}}`;
        charactersLeft -= expanded === undefined ? 0 : text.length;
        out.add(charactersLeft < 0 ? '' : text);
      };
      return textOf(parseMacros(source));
    },
  };
};

/** Expands one text where nothing else shares its variables; see `MacroExpander`. */
export const expandMacros = (text: string, values: MacroValues): string => createMacroExpander(values).expand(text);

/** The older spelling of the names. */
const expandAngled = (text: string, values: MacroValues): string =>
  text.replace(/<(bot|char|user|group|charifnotgroup)>/gi, (_match, name: string) => {
    if (name.toLowerCase() === 'user') return values.user;
    const isGroup = name.length > 4 && values.group !== undefined && values.group.length > 1;
    return isGroup ? (values.group?.join(', ') ?? values.char) : values.char;
  });

const ownText = (more: MacroValues['more'], name: string): string | undefined =>
  more !== undefined && Object.hasOwn(more, name) ? more[name] : undefined;

type Output = { add(text: string): void; trim(): void; text(): string };

/** Collects text; `trim` takes away the line ends around the place where it is called. */
const createOutput = (): Output => {
  const pieces: string[] = [];
  let isTrimming = false;
  return {
    add: (text) => {
      const piece = isTrimming ? text.replace(/^[\r\n]+/, '') : text;
      if (piece === '') return;
      isTrimming = false;
      pieces.push(piece);
    },
    trim: () => {
      isTrimming = true;
      for (let last = pieces.pop(); last !== undefined; last = pieces.pop()) {
        let end = last.length;
        while (end > 0 && (last[end - 1] === '\n' || last[end - 1] === '\r')) end -= 1;
        if (end === 0) continue;
        pieces.push(last.slice(0, end));
        return;
      }
    },
    text: () => pieces.join(''),
  };
};

import type { LayoutForm, LayoutSlot, PromptLayout } from '../core/layout.ts';
import { speakerLabel } from './names.ts';

/** What the slots of a form stand for; absent ones are empty. */
export type LayoutValues = { readonly [Slot in LayoutSlot]?: string };

/** A form's text. Values are never looked at for slots or brackets. */
export const fillForm = (form: LayoutForm, values: LayoutValues): string =>
  form
    .map((piece) => {
      switch (piece.kind) {
        case 'text':
          return piece.text;
        case 'slot':
          return values[piece.slot] ?? '';
        case 'optional':
          return isFilled(piece.pieces, values) ? fillForm(piece.pieces, values) : '';
        default:
          return piece satisfies never;
      }
    })
    .join('');

const isFilled = (form: LayoutForm, values: LayoutValues): boolean =>
  form.every((piece) => piece.kind !== 'slot' || (values[piece.slot] ?? '') !== '');

/** The slots that a form names. */
export const slotsOf = (form: LayoutForm): ReadonlySet<LayoutSlot> =>
  new Set(
    form.flatMap((piece) => (piece.kind === 'slot' ? [piece.slot] : piece.kind === 'optional' ? [...slotsOf(piece.pieces)] : [])),
  );

/** A form as a person reads it, with its slots in braces. */
export const formText = (form: LayoutForm): string =>
  form
    .map((piece) =>
      piece.kind === 'text' ? piece.text : piece.kind === 'slot' ? `{${piece.slot}}` : `[${formText(piece.pieces)}]`,
    )
    .join('');

/** Whether the layout's messages show who speaks. */
export const showsSpeakers = (layout: PromptLayout): boolean =>
  layout.opensWithName || [layout.message, layout.history?.line ?? []].some((form) => slotsOf(form).has('speaker'));

/** The opening of an answer: `Quill:`, or with what was said already, `Quill: Hm`. */
export const layoutOpening = (name: string, open: string): string =>
  open === '' ? speakerLabel(name) : `${speakerLabel(name)} ${open}`;

import type { LayoutForm, LayoutPiece, LayoutSlot } from '../core/layout.ts';

/**
 * Parses a layout's text. `{history}` and its like are slots; what stands in `[…]` is left out when
 * one of its slots is empty; a doubled brace or bracket is the character itself. Problems are sentences.
 *
 * @param known the slots that this form may have
 */
export const parseLayoutForm = (
  text: string,
  known: readonly LayoutSlot[],
): { readonly form: LayoutForm; readonly problems: readonly string[] } => {
  const problems: string[] = [];
  const form: LayoutPiece[] = [];
  let optional: LayoutPiece[] | undefined;
  const add = (piece: LayoutPiece): void => {
    const into = optional ?? form;
    const last = into.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text') into[into.length - 1] = { kind: 'text', text: last.text + piece.text };
    else into.push(piece);
  };
  for (const [piece] of text.matchAll(/\{\{|\}\}|\[\[|\]\]|\{[a-zA-Z]*\}|[{}[\]]|[^{}[\]]+/g)) {
    if (piece === '[') {
      if (optional !== undefined) problems.push('has a "[" inside of another; write "[[" for the character itself');
      optional ??= [];
    } else if (piece === ']') {
      if (optional === undefined) problems.push('has a single "]"; write "]]" for the character itself');
      else {
        const pieces = optional;
        optional = undefined;
        if (pieces.some((inner) => inner.kind === 'slot')) add({ kind: 'optional', pieces });
        else problems.push('has a "[…]" without a place such as {note} in it, which would always be there');
      }
    } else if (piece === '{' || piece === '}') {
      problems.push(`has a single "${piece}"; write "${piece}${piece}" for the character itself`);
    } else if (/^\{[a-zA-Z]*\}$/.test(piece)) {
      const slot = known.find((name) => `{${name}}` === piece);
      if (slot === undefined) problems.push(`can't have ${piece}; here stand ${known.map((name) => `{${name}}`).join(' ')}`);
      else add({ kind: 'slot', slot });
    } else add({ kind: 'text', text: /^(\{\{|\}\}|\[\[|\]\])$/.test(piece) ? piece.charAt(0) : piece });
  }
  if (optional !== undefined) problems.push('has a "[" that is not closed; write "[[" for the character itself');
  return { form, problems };
};

import type { CommandButton } from '../../core/command.ts';
import type { AnswerPosition } from '../../core/message.ts';
import { renderComponents } from './components.ts';
import type { ComponentRow } from './message-body.ts';

/** What stops an answer that is being written. */
const stopButton: CommandButton = { kind: 'button', label: '⏹', call: 'stop answer' };

const swipe = (label: string, to: string, isDisabled = false): CommandButton => ({
  kind: 'button',
  label,
  call: 'swipe',
  values: { to },
  isDisabled,
});

/** The row under an answer: ◀ 2/3 ▶ where it has several texts, 🔄 and ▶▶. */
const answerButtons = ({ index, count }: AnswerPosition): readonly CommandButton[] => [
  ...(count < 2
    ? []
    : [
        swipe('◀', 'previous', index === 0),
        // Never pressed: it only tells which one is shown.
        swipe(`${index + 1}/${count}`, 'shown', true),
        swipe('▶', 'next', index === count - 1),
      ]),
  { kind: 'button', label: '🔄', call: 'regenerate' },
  { kind: 'button', label: '▶▶', call: 'continue' },
];

/** The buttons of an answer, with a key that tells them apart. @param askerId as Discord's id. */
export const answerRows = (
  position: AnswerPosition | 'writing',
  askerId: string,
): { readonly buttonsKey: string; readonly buttons: readonly ComponentRow[] } => ({
  buttonsKey: position === 'writing' ? position : `${position.index}/${position.count}`,
  buttons: renderComponents(position === 'writing' ? [stopButton] : answerButtons(position), askerId),
});

import {
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIComponentInMessageActionRow,
  type APIModalInteractionResponseCallbackData,
  ButtonStyle,
  ComponentType,
  TextInputStyle,
} from 'discord.js';
import { type BoundCall, encodeCall } from '../../commands/custom-id.ts';
import type { CommandButton, CommandComponent, CommandForm, CommandMenu } from '../../core/command.ts';

const buttonsInRow = 5;
const rowsMax = 5;
const menuChoicesMax = 25;
const formFieldsMax = 5;
const fieldCharactersMax = 4000;

type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

/**
 * Buttons and menus as Discord wants them, also for messages that are no command's reply: buttons side by side, each
 * menu in a row of its own. What does not fit into five rows is left out.
 * @param askerId who may use them besides moderators, as Discord's id.
 */
export const renderComponents = (components: readonly CommandComponent[], askerId: string): Row[] => {
  const rows: Row[] = [];
  let buttons: APIButtonComponent[] = [];
  for (const component of components) {
    if (component.kind === 'menu') {
      buttons = [];
      rows.push({ type: ComponentType.ActionRow, components: [renderMenu(component, askerId)] });
      continue;
    }
    if (buttons.length === 0 || buttons.length === buttonsInRow) {
      buttons = [];
      rows.push({ type: ComponentType.ActionRow, components: buttons });
    }
    buttons.push(renderButton(component, askerId));
  }
  return rows.slice(0, rowsMax);
};

const styles = {
  plain: ButtonStyle.Secondary,
  primary: ButtonStyle.Primary,
  success: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
} as const;

const renderButton = (button: CommandButton, askerId: string): APIButtonComponent => ({
  type: ComponentType.Button,
  style: styles[button.style ?? 'plain'],
  label: shortened(button.label, 80),
  custom_id: encodeCall(boundTo(button, askerId)),
  disabled: button.isDisabled ?? false,
});

const renderMenu = (menu: CommandMenu, askerId: string): APIComponentInMessageActionRow => ({
  type: ComponentType.StringSelect,
  custom_id: encodeCall({ ...boundTo(menu, askerId), option: menu.option }),
  placeholder: shortened(menu.label, 150),
  options: menu.choices
    .filter(({ value }) => value !== '' && value.length <= 100)
    .slice(0, menuChoicesMax)
    .map(({ label, value, description, isChosen }) => ({
      label: shortened(label, 100),
      value,
      ...(description ? { description: shortened(description, 100) } : {}),
      default: isChosen ?? false,
    })),
});

const boundTo = ({ call, values, isForAll }: CommandComponent, askerId: string): BoundCall => ({
  call,
  ...(values && { values }),
  ...(isForAll ? {} : { askerId }),
});

/** @param charactersMaxOf the most characters that an option of the called command takes. */
export const renderForm = (
  form: CommandForm,
  askerId: string,
  charactersMaxOf: (option: string) => number,
): APIModalInteractionResponseCallbackData => ({
  custom_id: encodeCall({ call: form.call, ...(form.values && { values: form.values }), askerId }),
  title: shortened(form.title, 45),
  components: form.fields.slice(0, formFieldsMax).map((field) => {
    const charactersMax = Math.min(field.charactersMax ?? charactersMaxOf(field.option), fieldCharactersMax);
    return {
      type: ComponentType.ActionRow,
      components: [
        {
          type: ComponentType.TextInput,
          custom_id: field.option,
          label: shortened(field.label, 45),
          style: field.isLong ? TextInputStyle.Paragraph : TextInputStyle.Short,
          required: field.isRequired ?? false,
          max_length: charactersMax,
          ...(field.value ? { value: field.value.slice(0, charactersMax).toWellFormed() } : {}),
        },
      ],
    };
  }),
});

/** Discord refuses an empty label and a long one. */
export const shortened = (text: string, charactersMax: number): string => {
  const shown = text.trim() || '…';
  return shown.length <= charactersMax ? shown : `${shown.slice(0, charactersMax - 1).toWellFormed()}…`;
};

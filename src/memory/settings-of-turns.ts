import type { ConversationSettings } from '../core/conversation.ts';

// Some settings speak of turns, and go or change with them.

/** Settings after all turns were forgotten. */
export const settingsWithoutTurns = (settings: ConversationSettings): ConversationSettings => {
  const { promptStartId: _start, summary: _summary, variables: _variables, pins: _pins, ...others } = settings;
  return others;
};

/** Settings after single turns were removed. */
export const settingsWithout = (settings: ConversationSettings, gone: ReadonlySet<string>): ConversationSettings =>
  withPins(
    settings,
    settings.pins?.filter((id) => !gone.has(id)),
  );

/** Settings with other pins. */
export const withPins = (
  { pins: _pins, ...others }: ConversationSettings,
  pins: readonly string[] | undefined,
): ConversationSettings => ({ ...others, ...(pins !== undefined && pins.length > 0 && { pins }) });

/** Settings after the turns behind this one were removed. */
export const settingsThrough = (settings: ConversationSettings, id: string): ConversationSettings => {
  const { promptStartId, summary, pins, ...others } = settings;
  return {
    ...withPins(
      others,
      pins?.filter((pin) => pin <= id),
    ),
    ...(promptStartId !== undefined && promptStartId <= id && { promptStartId }),
    ...(summary !== undefined && summary.throughId <= id && { summary }),
  };
};

/**
 * Settings for copies of turns.
 * @param idOf the new id of a turn, or of the nearest one before it; undefined when there is none
 * @param copyOf the new id of that very turn; undefined when it was not copied
 */
export const settingsOfCopies = (
  settings: ConversationSettings,
  idOf: (id: string) => string | undefined,
  copyOf: (id: string) => string | undefined,
): ConversationSettings => {
  const { promptStartId, summary, scene, pins, ...others } = settings;
  const start = promptStartId === undefined ? undefined : idOf(promptStartId);
  const through = summary === undefined ? undefined : idOf(summary.throughId);
  return {
    ...withPins(
      others,
      pins?.flatMap((pin) => copyOf(pin) ?? []),
    ),
    ...(start !== undefined && { promptStartId: start }),
    ...(summary !== undefined && through !== undefined && { summary: { ...summary, throughId: through } }),
    ...(scene !== undefined && {
      scene: {
        ...scene,
        members: scene.members.map(({ joinedAfterId, ...member }) => {
          const joined = joinedAfterId === undefined ? undefined : idOf(joinedAfterId);
          return { ...member, ...(joined !== undefined && { joinedAfterId: joined }) };
        }),
      },
    }),
  };
};

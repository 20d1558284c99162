import type { ConversationSettings } from '../core/conversation.ts';

// Some settings speak of turns, and go or change with them.

/** Settings after all turns were forgotten. */
export const settingsWithoutTurns = (settings: ConversationSettings): ConversationSettings => {
  const { promptStartId: _start, summary: _summary, variables: _variables, ...others } = settings;
  return others;
};

/** Settings after the turns behind this one were removed. */
export const settingsThrough = (settings: ConversationSettings, id: string): ConversationSettings => {
  const { promptStartId, summary, ...others } = settings;
  return {
    ...others,
    ...(promptStartId !== undefined && promptStartId <= id && { promptStartId }),
    ...(summary !== undefined && summary.throughId <= id && { summary }),
  };
};

/**
 * Settings for copies of turns.
 * @param idOf the new id of a turn, or of the nearest one before it; undefined when there is none
 */
export const settingsOfCopies = (
  settings: ConversationSettings,
  idOf: (id: string) => string | undefined,
): ConversationSettings => {
  const { promptStartId, summary, scene, ...others } = settings;
  const start = promptStartId === undefined ? undefined : idOf(promptStartId);
  const through = summary === undefined ? undefined : idOf(summary.throughId);
  return {
    ...others,
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

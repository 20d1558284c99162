import type { ConversationSettings, Summary } from '../core/conversation.ts';

// Some settings speak of turns, and go or change with them.

/** Settings after all turns were forgotten. */
export const settingsWithoutTurns = (settings: ConversationSettings): ConversationSettings => {
  const { promptStartId: _start, summary: _summary, variables: _variables, pins: _pins, ...others } = settings;
  return others;
};

/** Settings after single turns were removed: a summary may tell what they said, so it is made anew. */
export const settingsWithout = (settings: ConversationSettings, gone: ReadonlySet<string>): ConversationSettings =>
  withPins(
    withoutSummaryOf(settings, gone),
    settings.pins?.filter((id) => !gone.has(id)),
  );

/** Settings without a summary that covers any of these turns. */
export const withoutSummaryOf = (settings: ConversationSettings, turnIds: ReadonlySet<string>): ConversationSettings => {
  const { summary, ...others } = settings;
  if (summary === undefined) return settings;
  const { fromId = '', throughId } = summary;
  return [...turnIds].some((id) => fromId <= id && id <= throughId) ? others : settings;
};

/** Settings with other pins. */
export const withPins = (
  { pins: _pins, ...others }: ConversationSettings,
  pins: readonly string[] | undefined,
): ConversationSettings => ({ ...others, ...(pins !== undefined && pins.length > 0 && { pins }) });

/** Settings after the turns behind this one were removed. [none was] */
export const settingsThrough = (settings: ConversationSettings, id = '\uffff'): ConversationSettings => {
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
  const summaryOfCopies = summary && summaryOf(summary, idOf);
  return {
    ...withPins(
      others,
      pins?.flatMap((pin) => copyOf(pin) ?? []),
    ),
    ...(start !== undefined && { promptStartId: start }),
    ...(summaryOfCopies && { summary: summaryOfCopies }),
    ...(scene !== undefined && {
      scene: {
        ...scene,
        members: scene.members.map(({ joinedAfterId, ...member }) => {
          // Who heard all that was copied may still not know what a summary tells of before.
          const joined = joinedAfterId === undefined ? undefined : (idOf(joinedAfterId) ?? (summaryOfCopies && ''));
          return { ...member, ...(joined !== undefined && { joinedAfterId: joined }) };
        }),
      },
    }),
  };
};

/** Without the beginning of what it covers, that is the conversation's own. */
const summaryOf = ({ text, fromId, throughId }: Summary, idOf: (id: string) => string | undefined): Summary | undefined => {
  const through = idOf(throughId);
  const from = fromId === undefined ? undefined : idOf(fromId);
  return through === undefined ? undefined : { text, ...(from !== undefined && { fromId: from }), throughId: through };
};

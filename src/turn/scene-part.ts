import type { Speaker } from '../core/conversation.ts';
import type { Persona } from '../core/persona.ts';
import type { Scene } from '../core/scene.ts';

/** What a persona's prompt owes to the scene it is in. */
export type ScenePart = {
  /** The scene's personas, the speaker among them; nobody outside of scenes. */
  readonly participants: readonly Speaker[];
  /** The others whose descriptions stand in the prompt. */
  readonly described: readonly Persona[];
  /** What all members are called, and those who are not muted. */
  readonly group: readonly string[];
  readonly groupNotMuted: readonly string[];
  /** The speaker does not know what was said until then. */
  readonly joinedAfterId?: string;
};

const alone: ScenePart = { participants: [], described: [], group: [], groupNotMuted: [] };

const calledName = ({ name, nickname = name }: Persona): string => nickname;

/** A persona's part in a scene; members whose persona is gone are passed over. */
export const scenePart = (
  scene: Scene | undefined,
  speaker: Persona,
  personaById: (id: string) => Persona | undefined = () => undefined,
): ScenePart => {
  if (scene === undefined) return alone;
  const members = scene.members.flatMap((member) => {
    const persona = personaById(member.personaId);
    return persona === undefined ? [] : [{ ...member, persona }];
  });
  const { joinedAfterId } = scene.members.find(({ personaId }) => personaId === speaker.id) ?? {};
  const narrator = scene.narratorId === undefined ? undefined : personaById(scene.narratorId);
  const others = members.filter(({ personaId }) => personaId !== speaker.id);
  return {
    participants: [...members.map(({ persona }) => persona), ...(narrator ? [narrator] : [])].map(({ id, name }) => ({
      id: `persona:${id}`,
      name,
    })),
    described:
      scene.cards === 'swap'
        ? []
        : others.filter(({ isMuted = false }) => !isMuted || scene.cards === 'join-all').map(({ persona }) => persona),
    group: members.map(({ persona }) => calledName(persona)),
    groupNotMuted: members.filter(({ isMuted = false }) => !isMuted).map(({ persona }) => calledName(persona)),
    ...(joinedAfterId !== undefined && { joinedAfterId }),
  };
};

import type { ConversationSettings } from '../core/conversation.ts';
import type { Persona } from '../core/persona.ts';
import type { Scene } from '../core/scene.ts';
import { type Candidate, chooseSpeakers, type LastSaid } from '../scene/choose-speakers.ts';

/** How likely a persona speaks up that does not say. */
const talkativenessDefault = 0.5;

type Known = { personaById?(id: string): Persona | undefined };

/** Those who can speak in a scene without being asked; the narrator is none of them, and who is gone is passed over. */
export const candidatesOf = ({ members, narratorId }: Scene, { personaById }: Known): readonly Candidate[] =>
  members.flatMap(({ personaId, isMuted = false }) => {
    const persona = personaById?.(personaId);
    if (persona === undefined || personaId === narratorId) return [];
    const { name, nickname, talkativeness = talkativenessDefault } = persona;
    return [{ personaId, name, ...(nickname !== undefined && { nickname }), talkativeness, isMuted }];
  });

/** Who answers what was said, in order. */
export const speakersFor = (scene: Scene, known: Known, last: LastSaid | undefined, random: () => number): readonly string[] =>
  chooseSpeakers(scene.speaking, candidatesOf(scene, known), last, random);

/** Who goes on when no human said anything: one who did not speak last. Nobody where only who is asked for speaks. */
export const nextSpeaker = (scene: Scene, known: Known, last: LastSaid, random: () => number): string | undefined => {
  const candidates = candidatesOf(scene, known);
  const others = candidates.filter(({ personaId, isMuted }) => personaId !== last.personaId && !isMuted);
  if (scene.speaking !== 'list') return chooseSpeakers(scene.speaking, others, last, random)[0];
  const from = candidates.findIndex(({ personaId }) => personaId === last.personaId) + 1;
  const inOrder = [...candidates.slice(from), ...candidates.slice(0, from)];
  return inOrder.find((candidate) => others.includes(candidate))?.personaId;
};

/** Settings as who answers has them: who is asked for, or who speaks for the conversation. */
export const withPersona = (settings: ConversationSettings, personaId = personaIdOf(settings)): ConversationSettings => ({
  ...settings,
  ...(personaId !== undefined && { personaId }),
});

/** Who answers where it is not said: the first member present, in a scene. */
const personaIdOf = ({ personaId, scene }: ConversationSettings): string | undefined =>
  scene === undefined ? personaId : (scene.members.find(({ isMuted = false }) => !isMuted) ?? scene.members[0])?.personaId;

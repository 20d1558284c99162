import type { Command } from '../core/command.ts';
import { PaddockError } from '../core/error.ts';
import type { Persona } from '../core/persona.ts';
import { closest } from '../text/closest.ts';
import { completions } from './completions.ts';
import { currentPersona } from './current-persona.ts';
import type { CommandServices, PersonaCatalogue } from './services.ts';

/** Most personas that the list shows; what is left out can still be asked for. */
const listedMax = 25;

/** `/persona [name]`: shows who answers in this conversation and who could, or lets another one answer. */
export const createPersonaCommand = (services: Pick<CommandServices, 'memory' | 'personas' | 'personaAt'>): Command => ({
  name: 'persona',
  description: 'Show who answers here, or choose another persona',
  options: [
    {
      name: 'name',
      description: 'The persona that shall answer in this conversation',
      choices: async (_context, typed) => completions(typed, uniqueNames(services.personas.list())),
    },
  ],
  rank: 'everyone',
  async run({ conversation, place, user }, { name }) {
    const current = await currentPersona(services, { conversation, ...(place && { place }) });
    if (name === undefined) return { text: listText(services.personas.list(), current), isPrivate: true };

    const wanted = findPersona(services.personas, name);
    if (wanted.id === current.id) return { text: `${wanted.name} already answers here.`, isPrivate: true };
    await services.memory.configure(conversation, { personaId: wanted.id });
    const greeting = wanted.greeting?.replace(/\{\{char\}\}/gi, () => wanted.name).replace(/\{\{user\}\}/gi, () => user.name);
    const text = `${wanted.name} answers here from now on.`;
    return { text: greeting === undefined ? text : `${text}\n\n${greeting.trim()}`, isPrivate: false };
  },
});

const listText = (personas: readonly Persona[], current: Persona): string => {
  const lines = personas.slice(0, listedMax).map(({ id, name, summary }) => {
    const label = id === name.toLowerCase() ? name : `${name} (${id})`;
    return `- ${label}: ${summary}`;
  });
  if (personas.length > listedMax) lines.push(`- and ${personas.length - listedMax} more`);
  const now = `${current.name} answers here: ${current.summary}`;
  return `${now}\nPersonas to choose from:\n${lines.join('\n')}\n/persona followed by a name chooses one.`;
};

const isSameText = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** A persona by its id or its display name; ids win, and a display name that two share is not guessed at. */
const findPersona = (personas: PersonaCatalogue, asked: string): Persona => {
  const all = personas.list();
  const byId = all.find(({ id }) => isSameText(id, asked));
  if (byId !== undefined) return byId;
  const byName = all.filter(({ name }) => isSameText(name, asked));
  const [found, ...others] = byName;
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined) {
    throw new PaddockError('bad-input', 'a persona was asked for by a name that several share', {
      userText: `${byName.length} personas are called ${found.name}. Use the id of one: ${byName.map(({ id }) => id).join(', ')}.`,
    });
  }
  const near =
    closest(asked, uniqueNames(all)) ??
    closest(
      asked,
      all.map(({ id }) => id),
    );
  throw new PaddockError('not-found', 'a persona was asked for that does not exist', {
    userText: `I know no persona of that name. ${near === undefined ? '/persona lists those there are.' : `Did you mean ${near}?`}`,
  });
};

/** What each persona can be called without doubt: its display name, or its id where the name is taken twice. */
const uniqueNames = (personas: readonly Persona[]): readonly string[] => {
  const isTaken = (wanted: Persona): boolean =>
    personas.some((other) => other !== wanted && (isSameText(other.name, wanted.name) || isSameText(other.id, wanted.name)));
  return personas.map((persona) => (isTaken(persona) ? persona.id : persona.name));
};

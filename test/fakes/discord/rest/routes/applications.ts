import { z } from 'zod';
import { userPayload } from '../../payloads.ts';
import type { CommandOptionRecord, CommandRecord } from '../../records.ts';
import type { World } from '../../world.ts';
import { ApiError, apiErrors, invalidForm } from '../errors.ts';
import { guildFor, param } from '../lookup.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { parseBody } from '../request.ts';
import type { Route } from '../router.ts';
import { route } from '../router.ts';

const commandName = /^[-_'\p{L}\p{N}\p{sc=Devanagari}\p{sc=Thai}]{1,32}$/u;

const option = z.looseObject({
  type: z.number().int().min(1).max(11),
  name: z.string().regex(commandName),
  description: z.string().min(1).max(100),
  required: z.boolean().optional(),
  autocomplete: z.boolean().optional(),
  choices: z
    .array(z.looseObject({ name: z.string().min(1).max(100), value: z.union([z.string().max(100), z.number()]) }))
    .max(25)
    .optional(),
  get options() {
    return z.array(option).max(25).optional();
  },
});

const command = z.looseObject({
  name: z.string().min(1).max(32),
  // 4 is the entry point of an activity.
  type: z.number().int().min(1).max(4).optional(),
  description: z.string().max(100).optional(),
  options: z.array(option).max(25).nullish(),
});

type CommandBody = z.output<typeof command>;

const checkOptions = (options: readonly CommandOptionRecord[], path: string): void => {
  options.forEach((each, index) => {
    const before = options[index - 1];
    if (each.required && before !== undefined && !before.required)
      throw invalidForm(
        `${path}.${index}`,
        'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        'Required options must be placed before non-required options',
      );
    if (options.findIndex(({ name }) => name === each.name) !== index)
      throw invalidForm(`${path}.${index}.name`, 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS', 'Option name already exists');
    checkOptions(each.options ?? [], `${path}.${index}.options`);
  });
};

const check = (body: CommandBody): void => {
  if ((body.type ?? 1) === 1 && (!commandName.test(body.name) || body.name !== body.name.toLowerCase()))
    throw invalidForm('name', 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  if ((body.type ?? 1) === 1 && !body.description)
    throw invalidForm('description', 'BASE_TYPE_REQUIRED', 'This field is required');
  checkOptions(body.options ?? [], 'options');
};

/** The application itself and its commands. */
export const applicationRoutes = (world: World): readonly Route[] => {
  const ok = (body: unknown): ApiResponse => ({ status: 200, body });

  const application = (): ApiResponse =>
    ok({
      id: world.applicationId,
      name: world.bot.name,
      icon: null,
      description: '',
      summary: '',
      bot_public: true,
      bot_require_code_grant: false,
      verify_key: '0'.repeat(64),
      flags: 1 << 19,
      team: null,
      owner: userPayload(world.owner),
      bot: userPayload(world.bot),
      approximate_guild_count: world.guilds.size,
      integration_types_config: { '0': {} },
    });

  const payload = (each: CommandRecord): unknown => ({
    name_localizations: null,
    description_localizations: null,
    default_member_permissions: null,
    nsfw: false,
    dm_permission: true,
    contexts: null,
    integration_types: [0],
    ...each.body,
    id: each.id,
    application_id: world.applicationId,
    version: each.version,
    type: each.type,
    ...(each.guildId === undefined ? {} : { guild_id: each.guildId }),
  });

  const scopeOf = (request: ApiRequest): string | undefined => {
    if (param(request, 'application') !== world.applicationId)
      throw new ApiError(403, 20012, 'You are not authorized to perform this action on this application');
    return request.params.guild === undefined ? undefined : guildFor(world, request.params.guild).id;
  };
  const commandsOf = (guildId: string | undefined): CommandRecord[] =>
    [...world.commands.values()].filter((each) => each.guildId === guildId);

  const store = (guildId: string | undefined, body: CommandBody): CommandRecord => {
    const type = body.type ?? 1;
    const old = commandsOf(guildId).find((each) => each.name === body.name && each.type === type);
    const record: CommandRecord = {
      id: old?.id ?? world.nextId(),
      version: world.nextId(),
      guildId,
      type,
      name: body.name,
      description: body.description ?? '',
      options: body.options ?? [],
      body,
    };
    world.commands.set(record.id, record);
    return record;
  };

  const replaceAll = (request: ApiRequest): ApiResponse => {
    const guildId = scopeOf(request);
    const bodies = parseBody(z.array(command).max(110), request.json);
    bodies.forEach(check);
    const kept = bodies.map((body) => store(guildId, body));
    for (const each of commandsOf(guildId)) if (!kept.includes(each)) world.commands.delete(each.id);
    return ok(kept.map(payload));
  };

  const one = (request: ApiRequest): CommandRecord => {
    const guildId = scopeOf(request);
    const found = world.commands.get(param(request, 'command'));
    if (found === undefined || found.guildId !== guildId) throw apiErrors.unknownCommand();
    return found;
  };

  const paths = ['/applications/:application/commands', '/applications/:application/guilds/:guild/commands'];
  return [
    route('GET /oauth2/applications/@me', application),
    route('GET /applications/@me', application),
    route('GET /gateway/bot', () => {
      const limit = world.options.sessionStartLimit;
      return ok({
        url: world.origin.replace('http', 'ws'),
        shards: world.options.shards ?? 1,
        session_start_limit: {
          total: limit?.total ?? 1000,
          remaining: limit?.remaining ?? 1000,
          reset_after: limit?.resetAfterMs ?? 86_400_000,
          max_concurrency: limit?.maxConcurrency ?? 1,
        },
      });
    }),
    route('GET /gateway', () => ok({ url: world.origin.replace('http', 'ws') }), 'none'),
    ...paths.flatMap((path) => [
      route(`GET ${path}`, (request) => ok(commandsOf(scopeOf(request)).map(payload))),
      route(`PUT ${path}`, replaceAll),
      route(`POST ${path}`, (request) => {
        const guildId = scopeOf(request);
        const body = parseBody(command, request.json);
        check(body);
        const isNew = !commandsOf(guildId).some((each) => each.name === body.name && each.type === (body.type ?? 1));
        return { status: isNew ? 201 : 200, body: payload(store(guildId, body)) };
      }),
      route(`GET ${path}/:command`, (request) => ok(payload(one(request)))),
      route(`PATCH ${path}/:command`, (request) => {
        const old = one(request);
        const body = parseBody(command, { ...old.body, ...(request.json as object) });
        check(body);
        world.commands.delete(old.id);
        const record = { ...store(old.guildId, body), id: old.id };
        for (const each of commandsOf(old.guildId))
          if (each.name === record.name && each.type === record.type) world.commands.delete(each.id);
        world.commands.set(record.id, record);
        return ok(payload(record));
      }),
      route(`DELETE ${path}/:command`, (request) => {
        world.commands.delete(one(request).id);
        return { status: 204 };
      }),
    ]),
  ];
};

import { z } from 'zod';
import { guildPayload } from '../../guild-payloads.ts';
import { removeGuild, setMember } from '../../guilds.ts';
import { channelPayload, memberPayload, rolePayload, userPayload } from '../../payloads.ts';
import { permissionsIn } from '../../permissions.ts';
import type { GuildRecord, MemberRecord } from '../../records.ts';
import type { World } from '../../world.ts';
import { channelsOf } from '../../world.ts';
import { apiErrors } from '../errors.ts';
import { guildFor, limitOf, param, userFor } from '../lookup.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { parseBody } from '../request.ts';
import type { Route } from '../router.ts';
import { route } from '../router.ts';

/** Guilds, their members and roles, and users. */
export const guildRoutes = (world: World): readonly Route[] => {
  const ok = (body: unknown): ApiResponse => ({ status: 200, body });
  const guildOf = (request: ApiRequest): GuildRecord => guildFor(world, param(request, 'guild'));
  const memberIn = (request: ApiRequest): MemberRecord => {
    const member = guildOf(request).members.get(userFor(world, param(request, 'user')).id);
    if (member === undefined) throw apiErrors.unknownMember();
    return member;
  };
  const needsMembersIntent = (): void => {
    if (!(world.options.privilegedIntents?.includes('guild-members') ?? true)) throw apiErrors.missingAccess();
  };

  return [
    route('GET /users/@me', () => ok({ ...userPayload(world.bot), verified: true, mfa_enabled: true, flags: 0 })),
    route('GET /users/@me/guilds', () =>
      ok(
        [...world.guilds.values()].map(({ id, name }) => ({
          id,
          name,
          icon: null,
          owner: false,
          permissions: '0',
          features: [],
        })),
      ),
    ),
    route('DELETE /users/@me/guilds/:guild', (request) => {
      removeGuild(world, guildOf(request));
      return { status: 204 };
    }),
    route('GET /users/:user', (request) => ok(userPayload(userFor(world, param(request, 'user'))))),
    route('GET /guilds/:guild', (request) => ok(guildPayload(guildOf(request)))),
    route('GET /guilds/:guild/channels', (request) =>
      ok(
        channelsOf(world, guildOf(request))
          .filter((channel) => channel.thread === undefined && permissionsIn(channel, world.bot.id) !== 0n)
          .map((channel) => channelPayload(channel)),
      ),
    ),
    route('GET /guilds/:guild/threads/active', (request) => {
      const threads = channelsOf(world, guildOf(request)).filter((channel) => channel.thread?.isArchived === false);
      return ok({ threads: threads.map((channel) => channelPayload(channel, world.bot)), members: [] });
    }),
    route('GET /guilds/:guild/roles', (request) => ok([...guildOf(request).roles.values()].map(rolePayload))),
    route('GET /guilds/:guild/roles/:role', (request) => {
      const role = guildOf(request).roles.get(param(request, 'role'));
      if (role === undefined) throw apiErrors.unknownRole();
      return ok(rolePayload(role));
    }),
    route('GET /guilds/:guild/members', (request) => {
      needsMembersIntent();
      const after = BigInt(request.query.get('after') ?? 0);
      const members = [...guildOf(request).members.values()].filter((member) => BigInt(member.user.id) > after);
      return ok(members.slice(0, limitOf(request, 1, 1000)).map(memberPayload));
    }),
    route('GET /guilds/:guild/members/search', (request) => {
      const query = (request.query.get('query') ?? '').toLowerCase();
      const isMeant = ({ user, nickname }: MemberRecord): boolean =>
        [user.name, nickname ?? ''].some((name) => name.toLowerCase().startsWith(query));
      return ok(
        [...guildOf(request).members.values()]
          .filter(isMeant)
          .slice(0, limitOf(request, 1, 1000))
          .map(memberPayload),
      );
    }),
    route('PATCH /guilds/:guild/members/@me', (request) => {
      const guild = guildOf(request);
      const body = parseBody(z.looseObject({ nick: z.string().max(32).nullish() }), request.json);
      setMember(world, guild, world.bot, { nickname: body.nick ?? undefined });
      const member = guild.members.get(world.bot.id);
      return ok(member === undefined ? {} : memberPayload(member));
    }),
    route('GET /guilds/:guild/members/:user', (request) => ok(memberPayload(memberIn(request)))),
    // Fetched by discord.js for some caches; this Discord has none of them.
    route('GET /guilds/:guild/emojis', (request) => ok(guildOf(request) && [])),
    route('GET /guilds/:guild/stickers', (request) => ok(guildOf(request) && [])),
  ];
};

import type { Queue, QueueAddOptions } from 'p-queue';

/** What p-queue runs. */
type Run = () => Promise<unknown>;
/** What it is told about a run: the lane it waits in, and who waits for it. */
export type LaneOptions = QueueAddOptions & { readonly lane: string; readonly user: string };

type Waiting = { readonly id: string; readonly lane: string; readonly user: string; readonly run: Run };

/**
 * The order in which p-queue serves: one lane a conversation, one run of a lane at a time, and round robin among the
 * lanes and among the users at once, so that a busy lane or a busy user, in however many lanes, delays the others by one answer.
 *
 * Lanes and users alike stand in a line: at its end when they come and again after each of their answers. The run is next whose
 * lane and user both have their turn: whose later place of the two is the earliest, and among equals whose other one is. Within a lane
 * that is the user's place, and what one user wants there comes in the order in which it was wanted.
 *
 * p-queue asks for `size` before it takes a run; that counts only what may run now, so a
 * lane at work holds up nobody. Whoever ran must be `release`d before p-queue asks again,
 * that is before the run's promise settles.
 */
export class FairLanes implements Queue<Run, LaneOptions> {
  /** In the order in which they came. */
  readonly #waiting: Waiting[] = [];
  /** Lanes at work, with whom they work for. */
  readonly #busy = new Map<string, string>();
  #line: Line = createLine();

  get size(): number {
    return new Set(this.#waiting.filter(({ lane }) => !this.#busy.has(lane)).map(({ lane }) => lane)).size;
  }

  enqueue(run: Run, { id = '', lane = '', user = '' }: Partial<LaneOptions> = {}): void {
    this.#waiting.push({ id, lane, user, run });
    this.#line.join(lane, user);
  }

  dequeue(): Run | undefined {
    const next = nextOf(this.#waiting, this.#line, (lane) => this.#busy.has(lane));
    if (!next) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#busy.set(next.lane, next.user);
    this.#line.serve(next.lane, next.user);
    return next.run;
  }

  /** The lane's run has ended: the lane and its user go behind those that came meanwhile. */
  release(lane: string): void {
    const user = this.#busy.get(lane);
    if (user === undefined) return;
    this.#busy.delete(lane);
    this.#line.serve(lane, user);
    // Who waits for nothing any more has no place: who comes back stands at the end as well.
    const users = new Set([...this.#busy.values(), ...this.#waiting.map((waiting) => waiting.user)]);
    const lanes = new Set([...this.#busy.keys(), ...this.#waiting.map((waiting) => waiting.lane)]);
    this.#line.keep(lanes, users);
  }

  /** The ids that wait, in the order in which they will be served if nothing comes and all take the same time. */
  order(): readonly string[] {
    const waiting = [...this.#waiting];
    const line = this.#line.copy();
    for (const [lane, user] of this.#busy) line.serve(lane, user);
    const ids: string[] = [];
    for (;;) {
      const next = nextOf(waiting, line, () => false);
      if (!next) return ids;
      waiting.splice(waiting.indexOf(next), 1);
      line.serve(next.lane, next.user);
      ids.push(next.id);
    }
  }

  remove(id: string): void {
    const index = this.#waiting.findIndex((waiting) => waiting.id === id);
    if (index !== -1) this.#waiting.splice(index, 1);
  }

  // p-queue's priorities are not used here: fairness is the order.
  filter(): Run[] {
    return this.#waiting.map(({ run }) => run);
  }

  setPriority(): void {}
}

/** The places of lanes and users; a lower one is earlier. */
type Line = {
  join(lane: string, user: string): void;
  /** Puts both at the end. */
  serve(lane: string, user: string): void;
  keep(lanes: ReadonlySet<string>, users: ReadonlySet<string>): void;
  placesOf(lane: string, user: string): { readonly lane: number; readonly user: number };
  copy(): Line;
};

const createLine = (
  lanes: Map<string, number> = new Map(),
  users: Map<string, number> = new Map(),
  end = { place: 0 },
): Line => ({
  join: (lane, user) => {
    end.place += 1;
    if (!lanes.has(lane)) lanes.set(lane, end.place);
    if (!users.has(user)) users.set(user, end.place);
  },
  serve: (lane, user) => {
    end.place += 1;
    lanes.set(lane, end.place);
    users.set(user, end.place);
  },
  keep: (keptLanes, keptUsers) => {
    for (const lane of lanes.keys()) if (!keptLanes.has(lane)) lanes.delete(lane);
    for (const user of users.keys()) if (!keptUsers.has(user)) users.delete(user);
  },
  placesOf: (lane, user) => ({ lane: lanes.get(lane) ?? 0, user: users.get(user) ?? 0 }),
  copy: () => createLine(new Map(lanes), new Map(users), { ...end }),
});

/** The one to be served next among those whose lane is free; the earliest of those whose places are the same. */
const nextOf = (waiting: readonly Waiting[], line: Line, isBusy: (lane: string) => boolean): Waiting | undefined => {
  let best: { readonly entry: Waiting; readonly later: number; readonly earlier: number } | undefined;
  for (const entry of waiting) {
    if (isBusy(entry.lane)) continue;
    const { lane, user } = line.placesOf(entry.lane, entry.user);
    const [later, earlier] = [Math.max(lane, user), Math.min(lane, user)];
    if (!best || later < best.later || (later === best.later && earlier < best.earlier)) best = { entry, later, earlier };
  }
  return best?.entry;
};

import type { Queue, QueueAddOptions } from 'p-queue';

/** What p-queue runs. */
type Run = () => Promise<unknown>;
/** What it is told about a run, with the lane it waits in. */
export type LaneOptions = QueueAddOptions & { readonly lane: string };

type Waiting = { readonly id: string; readonly run: Run };
type Lane = { readonly waiting: Waiting[]; isBusy: boolean };

/**
 * The order in which p-queue serves: one lane a conversation, one run of a lane at a time, and
 * round robin among the lanes, so that a busy one delays the others by one answer.
 *
 * p-queue asks for `size` before it takes a run; that counts only lanes that may run now, so a
 * lane at work holds up nobody. Whoever ran must `release` its lane before p-queue asks again,
 * that is before the run's promise settles.
 */
export class FairLanes implements Queue<Run, LaneOptions> {
  /** In the order of their turns. */
  readonly #lanes = new Map<string, Lane>();

  get size(): number {
    let runnable = 0;
    for (const lane of this.#lanes.values()) if (isRunnable(lane)) runnable++;
    return runnable;
  }

  enqueue(run: Run, options: Partial<LaneOptions> = {}): void {
    const name = options.lane ?? '';
    const lane = this.#lanes.get(name) ?? { waiting: [], isBusy: false };
    lane.waiting.push({ id: options.id ?? '', run });
    this.#lanes.set(name, lane);
  }

  dequeue(): Run | undefined {
    for (const lane of this.#lanes.values()) {
      if (!isRunnable(lane)) continue;
      lane.isBusy = true;
      return lane.waiting.shift()?.run;
    }
    return undefined;
  }

  /** The lane's run has ended: it goes behind those that came meanwhile. */
  release(name: string): void {
    const lane = this.#lanes.get(name);
    if (!lane) return;
    lane.isBusy = false;
    this.#lanes.delete(name);
    if (lane.waiting.length > 0) this.#lanes.set(name, lane);
  }

  /** The ids that wait, in the order in which they will be served. */
  order(): readonly string[] {
    const all = [...this.#lanes.values()];
    const lanes = [...all.filter((lane) => !lane.isBusy), ...all.filter((lane) => lane.isBusy)].map((lane) => lane.waiting);
    const rounds = Math.max(0, ...lanes.map((waiting) => waiting.length));
    return Array.from({ length: rounds }, (_, round) => lanes.flatMap((waiting) => waiting[round]?.id ?? [])).flat();
  }

  remove(id: string): void {
    for (const [name, lane] of this.#lanes) {
      const index = lane.waiting.findIndex((waiting) => waiting.id === id);
      if (index === -1) continue;
      lane.waiting.splice(index, 1);
      if (lane.waiting.length === 0 && !lane.isBusy) this.#lanes.delete(name);
      return;
    }
  }

  // p-queue's priorities are not used here: fairness is the order.
  filter(): Run[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.waiting.map((waiting) => waiting.run));
  }

  setPriority(): void {}
}

const isRunnable = (lane: Lane): boolean => !lane.isBusy && lane.waiting.length > 0;

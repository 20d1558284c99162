import type { FakeFaults, Fault, FaultableRequest, FaultEffect } from '../fault-types.ts';

/** The scripted faults, and what the server asks of them. */
export type Faults = FakeFaults & {
  /** What happens to this request; counts it. */
  take(request: FaultableRequest): FaultEffect | undefined;
};

export const createFaults = (): Faults => {
  const active: { readonly fault: Fault; passed: number; struck: number }[] = [];
  return {
    add: (fault) => {
      const entry = { fault, passed: 0, struck: 0 };
      active.push(entry);
      return {
        get struck() {
          return entry.struck;
        },
        remove: () => {
          const at = active.indexOf(entry);
          if (at >= 0) active.splice(at, 1);
        },
      };
    },
    clear: () => {
      active.length = 0;
    },
    take: (request) => {
      const { method, path } = request;
      for (const entry of active) {
        const { fault } = entry;
        if ((fault.method !== undefined && fault.method !== method) || path.search(fault.path) < 0) continue;
        if (entry.struck >= (fault.times ?? 1)) continue;
        if (entry.passed < (fault.after ?? 0)) {
          entry.passed += 1;
          continue;
        }
        const effect = typeof fault.effect === 'function' ? fault.effect(request) : fault.effect;
        if (effect === undefined) continue;
        entry.struck += 1;
        return effect;
      }
      return undefined;
    },
  };
};

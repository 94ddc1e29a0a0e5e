/** Who else sees to things at an outlet and at its centre: to be named, and to be given alarms. */
import { signal } from "@preact/signals";
import { answer, type Api } from "../shared/api/client";
import type { Answer } from "../shared/api/problem";
import type { Colleague } from "../shared/api/types";

export interface Colleagues {
  /** Asks anew. */
  readonly of: (outletId: string) => Promise<Answer<readonly Colleague[]>>;
  /** Asks once, so that those who work there can be named. */
  readonly know: (outletId: string) => Promise<void>;
  /** Null while they are not known, and for somebody from elsewhere. */
  readonly nameOf: (userId: string) => string | null;
}

export function openColleagues(api: Api): Colleagues {
  const names = signal<ReadonlyMap<string, string>>(new Map());
  const asked = new Map<string, Promise<void>>();

  async function of(outletId: string): Promise<Answer<readonly Colleague[]>> {
    const query = { outlet_id: outletId };
    const found = await answer(api.GET("/commitments/alarms/colleagues", { params: { query } }));
    if (found.ok) names.value = new Map([...names.peek(), ...found.data.map(({ id, name }) => [id, name] as const)]);
    else asked.delete(outletId);
    return found;
  }

  return {
    of,
    know: (outletId) => {
      const before = asked.get(outletId);
      if (before !== undefined) return before;
      const now = of(outletId).then(() => undefined);
      asked.set(outletId, now);
      return now;
    },
    nameOf: (userId) => names.value.get(userId) ?? null,
  };
}

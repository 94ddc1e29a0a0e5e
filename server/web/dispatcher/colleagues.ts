/** Who else sees to matters of an outlet, or of headquarters (null): to be named, and to be given them. */
import { signal } from "@preact/signals";
import { answer, type Api } from "../shared/api/client";
import type { Answer } from "../shared/api/problem";
import type { Colleague } from "../shared/api/types";

export interface Colleagues {
  /** Asks anew. */
  readonly of: (outletId: string | null) => Promise<Answer<readonly Colleague[]>>;
  /** Asks until this one can be named, once for each who cannot. */
  readonly know: (outletId: string | null, userId: string) => Promise<void>;
  /** Null while they are not known, and for somebody who does not work there any more. */
  readonly nameOf: (userId: string) => string | null;
}

export function openColleagues(api: Api): Colleagues {
  const names = signal<ReadonlyMap<string, string>>(new Map());
  const asking = new Map<string | null, Promise<Answer<readonly Colleague[]>>>();
  const missed = new Set<string>();

  async function ask(outletId: string | null): Promise<Answer<readonly Colleague[]>> {
    const query = outletId === null ? {} : { outlet_id: outletId };
    const found = await answer(api.GET("/colleagues", { params: { query } }));
    if (found.ok) names.value = new Map([...names.peek(), ...found.data.map(({ id, name }) => [id, name] as const)]);
    asking.delete(outletId);
    return found;
  }

  /** Many ask at the same moment: the answer is for all of them. */
  function of(outletId: string | null): Promise<Answer<readonly Colleague[]>> {
    const underWay = asking.get(outletId) ?? ask(outletId);
    asking.set(outletId, underWay);
    return underWay;
  }

  return {
    of,
    know: async (outletId, userId) => {
      const wanted = `${outletId ?? ""} ${userId}`;
      if (names.peek().has(userId) || missed.has(wanted)) return;
      const found = await of(outletId);
      if (found.ok && !names.peek().has(userId)) missed.add(wanted);
    },
    nameOf: (userId) => names.value.get(userId) ?? null,
  };
}

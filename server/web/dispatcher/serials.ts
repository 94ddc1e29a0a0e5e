/** The search by serial: jobs carry their product's id, so the server is asked which products a serial may mean. */
import { useSignal, useSignalEffect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { answer } from "../shared/api/client";
import type { Answer } from "../shared/api/problem";
import { readCode } from "../shared/codes/read";
import type { Board } from "./board";
import { asker } from "./intake/asking";
import type { DeskView } from "./view";

const WAIT_MS = 300;
const NONE: ReadonlySet<string> = new Set();

/** The serial in what was typed or scanned; null where it can be none: too short, or words. */
export function serialIn(search: string, host: string): string | null {
  const typed = search.trim();
  const code = readCode(typed, "", host);
  if (code.kind === "unit") return code.code.serial;
  const serial = typed.replaceAll(/[\s-]/g, "").length >= 5 && /\d/.test(typed) && /^[!-~]+(?: [!-~]+)*$/.test(typed);
  return serial && typed.length <= 40 ? typed : null;
}

/** Ids of the products found; none while the answer is under way. What the page itself finds does not wait for it. */
export function useSerials(board: Board, view: ReadonlySignal<DeskView>): ReadonlySignal<ReadonlySet<string>> {
  const found = useSignal(NONE);
  const asking = useMemo(() => asker((serial: string) => unitsBy(board, serial), WAIT_MS), [board]);
  useEffect(() => asking.stop, [asking]);
  useSignalEffect(() => {
    asking.want(serialIn(view.value.search, location.host));
  });
  useSignalEffect(() => {
    const { answer: told, busy } = asking.told.value;
    found.value = told?.ok === true && !busy ? told.data : NONE;
  });
  return found;
}

const LISTED = 50;

async function unitsBy(board: Board, q: string): Promise<Answer<ReadonlySet<string>>> {
  const page = await answer(board.api.GET("/units", { params: { query: { q, limit: LISTED } } }));
  return page.ok ? { ok: true, data: new Set(page.data.items.map(({ id }) => id)) } : page;
}

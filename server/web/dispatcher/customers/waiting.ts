/** The lists of what customers wait for: read over HTTP, and read anew when something happened on the board. */
import { useComputed, type ReadonlySignal } from "@preact/signals";
import { useCallback } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Page } from "../../shared/api/pages";
import type { Answer } from "../../shared/api/problem";
import type { CustomerAsk, OutboxMessage, Registration } from "../../shared/api/types";
import { now } from "../../shared/time/now";
import { dataOr, type Loaded, useLoaded } from "../../shared/views/loading";
import { useBeat } from "../beat";
import type { Board } from "../board";
import { byUse, type Listed } from "./customers";

const LISTED = 100;
const FEW = { params: { query: { limit: LISTED } } };

type List<T> = ReadonlySignal<Loaded<Listed<T>>>;

export interface Waiting {
  readonly outbox: List<OutboxMessage>;
  readonly registrations: List<Registration>;
  readonly asks: List<CustomerAsk>;
  /** How many matters wait in all, as far as they were read. */
  readonly count: ReadonlySignal<number>;
  readonly again: () => void;
}

export function useWaiting(board: Board): Waiting {
  const beat = useBeat(board).value;
  const { api } = board;
  const [outbox, outboxAgain] = useLoaded(() => listed(answer(api.GET("/outbox", FEW))), "outbox", beat);
  const [registrations, registrationsAgain] = useLoaded(
    () => listed(answer(api.GET("/registrations", FEW))),
    "registrations",
    beat,
  );
  const [asks, asksAgain] = useLoaded(() => listed(answer(api.GET("/customer-asks", FEW))), "asks", beat);
  const useful = useComputed<Loaded<Listed<OutboxMessage>>>(() => {
    const loaded = outbox.value;
    if (loaded.kind !== "ready") return loaded;
    return { kind: "ready", data: { ...loaded.data, items: byUse(loaded.data.items, now.value) } };
  });
  const count = useComputed(() => size(useful.value) + size(registrations.value) + size(asks.value));
  const again = useCallback(() => {
    outboxAgain();
    registrationsAgain();
    asksAgain();
  }, [outboxAgain, registrationsAgain, asksAgain]);
  return { outbox: useful, registrations, asks, count, again };
}

async function listed<T>(asked: Promise<Answer<Page<T>>>): Promise<Answer<Listed<T>>> {
  const page = await asked;
  if (!page.ok) return page;
  const { items, next_cursor: next } = page.data;
  return { ok: true, data: { items, more: typeof next === "string" } };
}

function size(list: Loaded<Listed<unknown>>): number {
  return dataOr(list, null)?.items.length ?? 0;
}

export function itemsOf<T>(list: List<T>): readonly T[] {
  return dataOr(list.value, null)?.items ?? [];
}

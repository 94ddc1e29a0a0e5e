/** Who may be calling: customers by name or number, products by serial or by what their code says. */
import { answer } from "../../shared/api/client";
import type { Answer } from "../../shared/api/problem";
import type { Customer, Unit } from "../../shared/api/types";
import { readCode } from "../../shared/codes/read";
import { t } from "../../shared/text/language";
import type { Board } from "../board";

const LISTED = 6;
const FEWEST = 2;

export type Found =
  { readonly kind: "customer"; readonly customer: Customer } | { readonly kind: "unit"; readonly unit: Unit };

/** What a search asks for. Null: too little was typed. A scanned code asks for its one product alone. */
export interface CallerAsked {
  readonly customers: string | null;
  readonly units: string | null;
  /** Of a scanned code: other makers may use the same serial. */
  readonly gtin: string | null;
}

export function callerAsked(search: string, host: string): CallerAsked | null {
  const typed = search.trim();
  if (typed.length < FEWEST) return null;
  const code = readCode(typed, "", host);
  if (code.kind === "unit") return { customers: null, units: code.code.serial, gtin: code.code.gtin };
  if (code.kind === "broken" || code.kind === "page") return { customers: null, units: null, gtin: null };
  return { customers: typed.slice(0, 80), units: mayBeSerial(typed) ? typed.slice(0, 80) : null, gtin: null };
}

/** Four signs at least, and none that no serial or model has. */
function mayBeSerial(typed: string): boolean {
  return typed.length >= 4 && !/[+()@]/.test(typed);
}

export async function findCallers(board: Board, asked: CallerAsked): Promise<Answer<readonly Found[]>> {
  const [customers, units] = await Promise.all([customersBy(board, asked.customers), unitsBy(board, asked.units)]);
  if (!customers.ok) return customers;
  if (!units.ok) return units;
  return {
    ok: true,
    data: [
      ...customers.data.map((customer) => ({ kind: "customer", customer }) as const),
      ...units.data
        .filter((unit) => asked.gtin === null || unit.gtin === asked.gtin)
        .map((unit) => ({ kind: "unit", unit }) as const),
    ],
  };
}

async function customersBy(board: Board, q: string | null): Promise<Answer<readonly Customer[]>> {
  if (q === null) return { ok: true, data: [] };
  const query = { q, reason: t("intake.why_read"), limit: LISTED };
  const page = await answer(board.api.GET("/customers", { params: { query } }));
  return page.ok ? { ok: true, data: page.data.items } : page;
}

async function unitsBy(board: Board, q: string | null): Promise<Answer<readonly Unit[]>> {
  if (q === null) return { ok: true, data: [] };
  const page = await answer(board.api.GET("/units", { params: { query: { q, limit: LISTED } } }));
  return page.ok ? { ok: true, data: page.data.items } : page;
}

export async function unitsOf(board: Board, customerId: string): Promise<Answer<readonly Unit[]>> {
  const page = await answer(board.api.GET("/units", { params: { query: { customer_id: customerId, limit: 50 } } }));
  if (!page.ok) return page;
  return { ok: true, data: page.data.items.filter((unit) => unit.withdrawn_on === null) };
}

export function customerOf(board: Board, customerId: string): Promise<Answer<Customer>> {
  const params = { path: { customer_id: customerId }, query: { reason: t("intake.why_read") } };
  return answer(board.api.GET("/customers/{customer_id}", { params }));
}

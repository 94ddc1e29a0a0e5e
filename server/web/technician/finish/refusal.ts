/** Why the office refused what was signed, in words. */
import { sentence, type Code } from "../../shared/api/problem";
import { isKey } from "../../shared/text/language";
import type { Statement } from "./standing";

/** Null: it did not; "": it gave no reason that this app knows. */
export function refusalOf(latest: Statement | null): string | null {
  if (latest?.outcome?.status !== "rejected") return null;
  const { code } = latest.outcome;
  return code !== null && isKey(`problem.${code}`) ? sentence({ code: code as Code, detail: "", status: 0 }) : "";
}

/** Refusals as values. The server's stable code is what we act on; the sentence is ours, in the reader's language. */
import { t } from "../text/language";
import { isKey } from "../text/language";
import type { Key } from "../text/messages";

type CodeOf<K> = K extends `problem.${infer Code}` ? Code : never;

/** The server's codes, and two of our own: `offline` (no answer came) and `unknown` (one we cannot read). */
export type Code = CodeOf<Key>;

export interface Problem {
  readonly code: Code;
  /** What the server adds, for people who ask; never shown instead of our sentence. */
  readonly detail: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** What the server tells programs beside the code. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export type Answer<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly problem: Problem };

export const OFFLINE: Problem = { code: "offline", detail: "", status: 0 };

function isCode(code: unknown): code is Code {
  return typeof code === "string" && isKey(`problem.${code}`);
}

/** Reads the body of an answer that is not 2xx. Whatever it is, the result is a problem we have a sentence for. */
export function readProblem(status: number, body: unknown): Problem {
  const fields: { code?: unknown; detail?: unknown; extra?: unknown } =
    typeof body === "object" && body !== null ? body : {};
  return {
    code: isCode(fields.code) ? fields.code : "unknown",
    detail: typeof fields.detail === "string" ? fields.detail : "",
    status,
    ...(typeof fields.extra === "object" && fields.extra !== null ? { extra: { ...fields.extra } } : {}),
  };
}

export function sentence(problem: Problem): string {
  return t(`problem.${problem.code}`);
}

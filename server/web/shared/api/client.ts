/** The API, typed by the server's own description. */
import createClient, { type Client } from "openapi-fetch";
import { OFFLINE, readProblem, type Answer } from "./problem";
import type { paths } from "./schema";

export type Api = Client<paths>;
export type Send = (request: Request) => Promise<Response>;

export function createApi(send: Send): Api {
  return createClient<paths>({ baseUrl: location.origin, fetch: send });
}

interface Reply<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** Turns one call into an answer. No connection, a time-out and nonsense are problems like any other refusal. */
export async function answer<T>(call: Promise<Reply<T>>): Promise<Answer<T>> {
  try {
    const { data, error, response } = await call;
    if (response.ok) return { ok: true, data: data as T };
    return { ok: false, problem: readProblem(response.status, error) };
  } catch (fault) {
    if (fault instanceof SyntaxError) return { ok: false, problem: { ...OFFLINE, code: "unknown" } };
    return { ok: false, problem: OFFLINE };
  }
}

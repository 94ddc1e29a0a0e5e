/** The exchanges over HTTP, in the name of whoever is logged in. */
import type { Send } from "../api/client";
import { ServerProblem, Unreachable } from "./faults";
import { isObject } from "./json";
import type { Transport } from "./transport";
import type { PushRequest } from "./wire";

/** Of docs/sync-protocol.md; told in every request, so that a server knows a client too old to read. */
export const PROTOCOL_VERSION = 1;

// Keeps W-4 of docs/sync-protocol.md.
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export class HttpTransport implements Transport {
  readonly #send: Send;
  readonly #base: string;

  /** `send`: the session's, which adds the token, renews it, and gives up after a while. */
  constructor(send: Send, base: string = location.origin) {
    this.#send = send;
    this.#base = base;
  }

  push(body: PushRequest): Promise<unknown> {
    return this.#exchange("/sync/push", { method: "POST", body: JSON.stringify(body) });
  }

  pull(cursor: string | null, limit: number, deviceId: string): Promise<unknown> {
    const query = new URLSearchParams({ limit: String(limit), device_id: deviceId });
    if (cursor !== null) query.set("cursor", cursor);
    return this.#exchange(`/sync/pull?${query.toString()}`, { method: "GET" });
  }

  async #exchange(path: string, how: RequestInit): Promise<unknown> {
    const headers = new Headers({
      accept: "application/json, application/problem+json",
      "onsite-protocol": String(PROTOCOL_VERSION),
    });
    if (how.body) headers.set("content-type", "application/json");
    const { status, said } = await this.#answer(new Request(new URL(path, this.#base), { ...how, headers }));
    if (!isObject(said)) throw new Unreachable(`${status} without a JSON object: not our server, or not now`);
    if (status >= 200 && status < 300) return said;
    const { code } = said;
    if (status < 400 || typeof code !== "string") throw new Unreachable(`${status} without a problem's code`);
    throw new ServerProblem(code, status, said);
  }

  async #answer(request: Request): Promise<{ status: number; said: unknown }> {
    try {
      const response = await this.#send(request);
      const said: unknown = JSON.parse(await bounded(response));
      return { status: response.status, said };
    } catch (fault) {
      // No connection, cut off, timed out, or no JSON (a captive portal): there is no answer.
      throw new Unreachable("no answer", { cause: fault });
    }
  }
}

/** The text of an answer, as far as one of ours can be long, whatever it was packed in. */
async function bounded(response: Response): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const pieces: string[] = [];
  let left = MAX_ANSWER_BYTES;
  const reader = response.body?.getReader();
  for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read()) {
    left -= piece.value.byteLength;
    if (left < 0) {
      await reader?.cancel();
      throw new RangeError("the answer is larger than any page");
    }
    pieces.push(decoder.decode(piece.value, { stream: true }));
  }
  return pieces.join("") + decoder.decode();
}

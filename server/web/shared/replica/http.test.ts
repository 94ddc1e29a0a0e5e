import { describe, expect, it } from "vitest";
import { ServerProblem, Unreachable } from "./faults";
import { HttpTransport } from "./http";
import { uuid7 } from "./uuid7";

const BODY = { device_id: "d1", sent_at: { wall_ms: 1, monotonic_ms: 2, boot_id: "b" }, operations: [] };

function line(answer: () => Response | Promise<Response>): { asked: Request[]; transport: HttpTransport } {
  const asked: Request[] = [];
  const send = async (request: Request): Promise<Response> => {
    asked.push(request);
    return await answer();
  };
  return { asked, transport: new HttpTransport(send, "https://onsite.test") };
}

const json = (value: unknown, status = 200): Response => Response.json(value, { status });

describe("an exchange", () => {
  it("says what, who and which protocol", async () => {
    const { asked, transport } = line(() => json({ fine: true }));
    expect(await transport.pull("c/1", 500, "d1")).toEqual({ fine: true });
    await transport.push(BODY);
    expect(asked.map((request) => [request.method, request.url])).toEqual([
      ["GET", "https://onsite.test/sync/pull?limit=500&device_id=d1&cursor=c%2F1"],
      ["POST", "https://onsite.test/sync/push"],
    ]);
    expect(asked.map((request) => request.headers.get("onsite-protocol"))).toEqual(["1", "1"]);
    expect(await asked[1]?.json()).toEqual(BODY);
  });

  it("that is refused says the code, and all the rest", async () => {
    const { transport } = line(() => json({ code: "forked", extra: { seq: 3 } }, 409));
    const fault: unknown = await transport.push(BODY).catch((thrown: unknown) => thrown);
    expect(fault).toBeInstanceOf(ServerProblem);
    expect(fault).toMatchObject({ code: "forked", status: 409, detail: { extra: { seq: 3 } } });
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ["no connection", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["too slow", () => Promise.reject(new DOMException("", "TimeoutError"))],
    ["a hotel's page", () => new Response("<html>Welcome</html>", { headers: { "content-type": "text/html" } })],
    ["a proxy's page", () => new Response("Bad gateway", { status: 502 })],
    ["somebody else's refusal", () => json({ message: "no" }, 403)],
    ["a redirection", () => json({ code: "moved" }, 302)],
    ["a list", () => json([])],
    ["more than any page", () => new Response(new Uint8Array(65 * 1024 * 1024).fill(32))],
  ])("has no answer when there is %s", async (_, answer) => {
    await expect(line(answer).transport.push(BODY)).rejects.toThrow(Unreachable);
    await expect(line(answer).transport.pull(null, 1, "d1")).rejects.toThrow(Unreachable);
  });
});

describe("a name for an operation", () => {
  it("is a UUIDv7 that begins with its moment", () => {
    const name = uuid7(0x0123456789ab);
    expect(name).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid7()).not.toBe(uuid7());
  });
});

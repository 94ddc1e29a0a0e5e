import { beforeEach, describe, expect, it } from "vitest";
import { createApi } from "../../shared/api/client";
import type { Colleague, Reaction, ScanAlarm } from "../../shared/api/types";
import { toasts } from "../../shared/news/news";
import { switchLanguage } from "../../shared/text/language";
import type { Board } from "../board";
import { aMatter, anAlarm } from "./builders";
import { atOnce, give, putBack, take, type Matter } from "./hands";
import { promiseMatter } from "./promising";
import { reactionMatter } from "./reacting";
import { scanMatter } from "./scanning";

switchLanguage("en");

const LI = { id: "li", name: "Li", role: "dispatcher", outlet_id: "o" } satisfies Colleague;

interface Asked {
  readonly path: string;
  readonly body: unknown;
}

/** A board whose server notes what it is asked, and answers with `status`. */
function aBoard(status = 200): { board: Board; asked: Asked[]; looks: () => number } {
  const asked: Asked[] = [];
  let looks = 0;
  const api = createApi(async (request) => {
    const text = await request.text();
    asked.push({ path: new URL(request.url).pathname, body: text === "" ? null : (JSON.parse(text) as unknown) });
    const body = status === 200 ? {} : { code: "version_stale", detail: "", status };
    return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  });
  const feed = { pullSoon: () => (looks += 1) };
  return { board: { api, feed } as unknown as Board, asked, looks: () => looks };
}

const words = (): string[] => toasts.value.map(({ text }) => text);

beforeEach(() => {
  toasts.value = [];
});

describe("a matter in hands", () => {
  const kinds: readonly [string, string, (board: Board) => Matter][] = [
    ["/commitments/alarms/a", "take", (board) => promiseMatter(board, anAlarm({ id: "a", version: 4 }))],
    ["/scan-alarms/a", "take", (board) => scanMatter(board, scanAlarm(), () => undefined)],
    ["/dispatch/reactions/a", "see-to", (board) => reactionMatter(board, reaction(), () => undefined)],
  ];

  it.each(kinds)("%s is given and put back as it was seen", async (path, taking, matterOf) => {
    const { board, asked } = aBoard();
    const matter = matterOf(board);
    expect([await take(matter), await give(matter, LI), await putBack(matter)]).toEqual([null, null, null]);
    const [taken, ...others] = asked;
    expect(taken?.path).toBe(`${path}/${taking}`);
    expect(others).toEqual([
      { path: `${path}/give`, body: { to: "li", version: 4 } },
      { path: `${path}/put-back`, body: { version: 4 } },
    ]);
  });

  it("says what became of it", async () => {
    const matter = aMatter({ what: "the alarm of No. 7" });
    await take(matter);
    await give(matter, LI);
    await putBack(matter);
    expect(words()).toEqual([
      "You see to the alarm of No. 7.",
      "Li sees to the alarm of No. 7 and is told.",
      "Put back for everybody: the alarm of No. 7.",
    ]);
  });

  it("is looked at anew, and the refusal is said, when somebody else was first", async () => {
    const { board, looks } = aBoard(409);
    await atOnce(take, promiseMatter(board, anAlarm()));
    expect(looks()).toBe(1);
    expect(toasts.value.map(({ tone }) => tone)).toEqual(["bad"]);
    expect(words()).toEqual(["Somebody changed this meanwhile. Look at it again."]);
  });

  it("of a feed body from before alarms could be given was given by nobody", () => {
    const before = anAlarm({ taken_by: "me" });
    delete (before as Partial<typeof before>).given_by;
    expect(promiseMatter(aBoard().board, before).givenBy).toBeNull();
  });
});

function scanAlarm(): ScanAlarm {
  const found = { zh: "两地被扫码", en: "scanned at two places" };
  return { id: "a", version: 4, outlet_id: null, taken_by: null, given_by: null, serial: "", found } as ScanAlarm;
}

function reaction(): Reaction {
  const event = { zh: "没有消息", en: "silent" };
  return { id: "a", version: 4, outlet_id: "o", number: 7, seen_to_by: null, given_by: null, event } as Reaction;
}

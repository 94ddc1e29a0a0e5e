import { render, type JSX } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, describe, expect, it } from "vitest";
import { OFFLINE, type Answer } from "../api/problem";
import { useLoaded } from "./loading";

let settle: ((answer: Answer<string>) => void)[];
let place: HTMLElement;

function Shown({ subject, version }: { readonly subject: string; readonly version: number }): JSX.Element {
  const [state, again] = useLoaded<string>(
    () =>
      new Promise((resolve) => {
        settle.push(resolve);
      }),
    subject,
    version,
  );
  const { value } = state;
  return <button onClick={again}>{value.kind === "ready" ? value.data : value.kind}</button>;
}

async function show(subject: string, version = 1): Promise<void> {
  await act(() => {
    render(<Shown subject={subject} version={version} />, place);
  });
}

async function answered(n: number, answer: Answer<string>): Promise<void> {
  await act(async () => {
    settle[n]?.(answer);
    await Promise.resolve();
  });
}

const data = (words: string): Answer<string> => ({ ok: true, data: words });

beforeEach(() => {
  settle = [];
  place = document.createElement("div");
});

describe("something fetched for a view", () => {
  it("is loading until the answer comes", async () => {
    await show("a");
    expect(place.textContent).toBe("loading");
    await answered(0, data("one"));
    expect(place.textContent).toBe("one");
  });

  it("stays while a newer version is fetched", async () => {
    await show("a");
    await answered(0, data("one"));
    await show("a", 2);
    expect(place.textContent).toBe("one");
    await answered(1, data("two"));
    expect(place.textContent).toBe("two");
  });

  it("starts empty for another subject", async () => {
    await show("a");
    await answered(0, data("one"));
    await show("b");
    expect(place.textContent).toBe("loading");
  });

  it("is not overwritten by an answer that was overtaken", async () => {
    await show("a");
    await show("b");
    await answered(1, data("of b"));
    await answered(0, data("of a"));
    expect(place.textContent).toBe("of b");
  });

  it("says when it failed, unless something is there to keep", async () => {
    await show("a");
    await answered(0, { ok: false, problem: OFFLINE });
    expect(place.textContent).toBe("failed");
    await act(() => {
      place.querySelector("button")?.click();
    });
    await answered(1, data("one"));
    await show("a", 2);
    await answered(2, { ok: false, problem: OFFLINE });
    expect(place.textContent).toBe("one");
  });
});

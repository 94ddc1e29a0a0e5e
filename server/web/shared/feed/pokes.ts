/** The poke stream: server-sent events read with fetch, because EventSource cannot carry a bearer token. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Send } from "../api/client";

const SILENCE_MS = 60_000; // the server speaks at least every 20 s; after three times that, the line is dead

export interface Ear {
  readonly opened: () => void;
  readonly poked: () => void;
}

/** Listens until the stream ends, which it always does one day; the caller then listens anew. Rejects when it breaks. */
export async function listen(send: Send, ear: Ear, stop: AbortSignal): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(abort, SILENCE_MS);
  function abort(): void {
    silence.abort(new DOMException("nothing heard", "TimeoutError"));
  }
  function heard(): void {
    clearTimeout(timer);
    timer = setTimeout(abort, SILENCE_MS);
  }
  try {
    const signal = AbortSignal.any([stop, silence.signal]);
    const request = new Request(new URL("/sync/stream", location.origin), {
      headers: { accept: "text/event-stream" },
      cache: "no-store",
      signal,
    });
    const response = await send(request);
    if (!response.ok || response.body === null) throw new TypeError(`no stream: ${response.status}`);
    ear.opened();
    await read(response.body, ear, heard);
  } finally {
    clearTimeout(timer);
  }
}

async function read(body: ReadableStream<Uint8Array<ArrayBuffer>>, ear: Ear, heard: () => void): Promise<void> {
  const reader = body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ onComment: heard }))
    .getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    if (value.event === "poke") ear.poked();
  }
}

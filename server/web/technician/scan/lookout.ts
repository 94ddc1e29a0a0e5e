/** Looks through the camera until a code was seen, and gives the camera back whenever nobody looks: when the page goes to
 * the background, when it is left, when enough was seen. */
import type { Signal } from "@preact/signals";
import { openCamera, type Camera, type CameraTrouble } from "./camera";
import { openReader, type CodeReader, type Seen } from "./reader";

/** `ended`: the phone took the camera away; `reader`: there is nothing to read codes with. */
export type Trouble = CameraTrouble | "ended" | "reader";

export type Looking =
  | { readonly kind: "starting" }
  | { readonly kind: "looking"; readonly camera: Camera }
  | { readonly kind: "trouble"; readonly trouble: Trouble };

interface VideoPlace {
  readonly current: HTMLVideoElement | null;
}

const EVERY_MS = 140; // between two looks: quick to the eye, and cool in the pocket

export class Lookout {
  readonly #state: Signal<Looking>;
  readonly #video: VideoPlace;
  readonly #onSeen: (seen: readonly Seen[]) => boolean;
  readonly #reader: Promise<CodeReader>;
  #camera: Camera | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  /** `onSeen`: true when that is enough. */
  constructor(state: Signal<Looking>, video: VideoPlace, onSeen: (seen: readonly Seen[]) => boolean) {
    this.#state = state;
    this.#video = video;
    this.#onSeen = onSeen;
    this.#reader = openReader();
    this.#reader.catch(() => undefined); // told when there is a picture to read
  }

  start(): void {
    document.addEventListener("visibilitychange", this.#turned);
    void this.#open();
  }

  stop(): void {
    this.#over = true;
    document.removeEventListener("visibilitychange", this.#turned);
    this.#close();
  }

  readonly #turned = (): void => {
    if (document.hidden) this.#close();
    else if (this.#camera === null && this.#state.value.kind !== "trouble") void this.#open();
  };

  async #open(): Promise<void> {
    this.#state.value = { kind: "starting" };
    const opened = await openCamera();
    if (this.#over || document.hidden || this.#camera !== null) {
      if (opened.ok) opened.camera.close();
    } else if (opened.ok) {
      this.#show(opened.camera);
      await this.#look(opened.camera);
    } else {
      this.#fail(opened.trouble);
    }
  }

  #show(camera: Camera): void {
    this.#camera = camera;
    for (const track of camera.stream.getTracks()) {
      track.addEventListener("ended", () => {
        if (this.#camera === camera) this.#fail("ended");
      });
    }
    const video = this.#video.current;
    if (video !== null) {
      video.srcObject = camera.stream;
      video.play().catch(() => undefined); // then the next looks find no picture, and wait for one
    }
    this.#state.value = { kind: "looking", camera };
  }

  async #look(camera: Camera): Promise<void> {
    let reader: CodeReader;
    try {
      reader = await this.#reader;
    } catch {
      if (this.#camera === camera) this.#fail("reader");
      return;
    }
    await this.#once(camera, reader);
  }

  async #once(camera: Camera, reader: CodeReader): Promise<void> {
    if (this.#camera !== camera) return;
    const seen = await seenIn(reader, this.#video.current);
    if (this.#camera !== camera) return;
    if (seen.length > 0 && this.#onSeen(seen)) this.#close();
    else this.#timer = setTimeout(() => void this.#once(camera, reader), EVERY_MS);
  }

  #fail(trouble: Trouble): void {
    this.#close();
    this.#state.value = { kind: "trouble", trouble };
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#camera?.close();
    this.#camera = null;
  }
}

/** A picture that cannot be read is one without a code; the next comes at once. */
async function seenIn(reader: CodeReader, video: HTMLVideoElement | null): Promise<readonly Seen[]> {
  if (video === null || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return [];
  try {
    return await reader.read(video);
  } catch {
    return [];
  }
}

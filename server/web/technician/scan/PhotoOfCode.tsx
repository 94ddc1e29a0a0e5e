/** A photo of the code, for phones whose camera a page may not have. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { openReader, type Seen } from "./reader";

type Reading = "idle" | "reading" | "nothing" | "unreadable" | "failed";

const WORDS = {
  reading: "scan.photo_reading",
  nothing: "scan.photo_nothing",
  unreadable: "scan.photo_unreadable",
  failed: "scan.reader_failed",
} as const;

export function PhotoOfCode({ onSeen }: { readonly onSeen: (seen: readonly Seen[]) => void }): JSX.Element {
  const chosen = useRef<HTMLInputElement>(null);
  const state = useSignal<Reading>("idle");
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    state.value = "reading";
    const seen = await codesIn(file);
    if (typeof seen === "string") state.value = seen;
    else {
      state.value = seen.length === 0 ? "nothing" : "idle";
      if (seen.length > 0) onSeen(seen);
    }
  };
  return (
    <div class="photo-of-code">
      <input
        ref={chosen}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        onChange={(event) => {
          const { currentTarget } = event;
          void read(currentTarget.files?.[0]);
          currentTarget.value = "";
        }}
      />
      <button type="button" class="button" disabled={state.value === "reading"} onClick={() => chosen.current?.click()}>
        <Icon name="photo" />
        {t("scan.photo")}
      </button>
      <p role="status">{state.value !== "idle" && t(WORDS[state.value])}</p>
    </div>
  );
}

async function codesIn(file: Blob): Promise<readonly Seen[] | "unreadable" | "failed"> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return "unreadable";
  }
  try {
    return await (await openReader()).read(picture);
  } catch {
    return "failed";
  } finally {
    picture.close();
  }
}

/** Pictures of the box on the screen: their addresses are given back when the view goes. */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { PhotoBox } from "./box";

/** `undefined`: not looked up yet. `null`: there is none. `version`: anew when it changes. */
export function usePicture(
  box: PhotoBox,
  id: string,
  which: "thumbnail" | "content",
  version = "",
): ReadonlySignal<string | null | undefined> {
  const address = useSignal<string | null | undefined>(undefined);
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    const show = (blob: Blob | null): void => {
      if (gone) return;
      made = blob === null ? null : URL.createObjectURL(blob);
      address.value = made;
    };
    box[which](id).then(show, () => {
      show(null);
    });
    return () => {
      gone = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [box, id, which, version, address]);
  return address;
}

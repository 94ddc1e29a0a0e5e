/** Putting the app on the home screen: by the browser's own offer where there is one, by words on an iPhone. */
import { signal } from "@preact/signals";

/** What browsers that can install give us (not in the standard types). */
interface Offer extends Event {
  prompt(): Promise<unknown>;
}

const PUT_OFF = "onsite.install-put-off";
const AGAIN_MS = 14 * 24 * 60 * 60_000;

const offer = signal<Offer | null>(null);

/** `offer`: the browser asks when we say so. `words`: only the person can. Null: installed, put off, or not to be had. */
export function installable(now = Date.now()): "offer" | "words" | null {
  const offered = offer.value !== null;
  if (matchMedia("(display-mode: standalone)").matches || now < Number(localStorage.getItem(PUT_OFF) ?? "") + AGAIN_MS)
    return null;
  if (offered) return "offer";
  return /iPhone|iPad/.test(navigator.userAgent) ? "words" : null;
}

export function listenForOffer(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault(); // it is shown where there is time for it
    offer.value = event as Offer;
  });
  addEventListener("appinstalled", () => {
    offer.value = null;
  });
}

export async function install(): Promise<void> {
  const asked = offer.peek();
  offer.value = null; // good for once
  await asked?.prompt();
}

export function putOff(now = Date.now()): void {
  localStorage.setItem(PUT_OFF, String(now));
}

/** The sound of a new alarm: two short notes, only when somebody wished for it on this machine. */
import { signal } from "@preact/signals";

const KEPT_AS = "onsite.desk.alarm_sound";
const NOTES = [
  { hertz: 660, from: 0 },
  { hertz: 880, from: 0.18 },
] as const;
const LASTS_S = 0.16;
const LOUD = 0.2;

function read(): boolean {
  try {
    return localStorage.getItem(KEPT_AS) === "on";
  } catch {
    return false;
  }
}

export const soundOn = signal(read());

/** Browsers let a page sound only after somebody touched it; switching it on is such a touch, so it is heard at once. */
export function switchSound(on: boolean): void {
  soundOn.value = on;
  try {
    localStorage.setItem(KEPT_AS, on ? "on" : "off");
  } catch {
    // forgotten with the page
  }
  if (on) ring();
}

let context: AudioContext | null = null;

/** Silent where the browser has no sound, or forbids it. */
export function ring(): void {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume().catch(() => undefined);
    for (const { hertz, from } of NOTES) play(context, hertz, context.currentTime + from);
  } catch {
    context = null;
  }
}

function play(on: AudioContext, hertz: number, at: number): void {
  const tone = on.createOscillator();
  const volume = on.createGain();
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUD, at + 0.02); // without a slope it clicks
  volume.gain.linearRampToValueAtTime(0, at + LASTS_S);
  tone.connect(volume).connect(on.destination);
  tone.start(at);
  tone.stop(at + LASTS_S);
}

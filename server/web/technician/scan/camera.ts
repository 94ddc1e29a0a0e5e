/** The phone's camera for looking at codes: opened, lit, and let go. What can go wrong is a value. */

/** `refused`: by the person or the phone's settings; `absent`: there is none; `busy`: another app has it; `insecure`: the
 * page came without https, where browsers give no camera to anyone. */
export type CameraTrouble = "refused" | "absent" | "busy" | "insecure" | "failed";

export interface Camera {
  readonly stream: MediaStream;
  /** null: this camera has no lamp that a page may switch. */
  readonly torch: ((on: boolean) => Promise<boolean>) | null;
  close(): void;
}

export type Opened =
  { readonly ok: true; readonly camera: Camera } | { readonly ok: false; readonly trouble: CameraTrouble };

/** What a browser calls it → what it means to the person. */
const TROUBLES: Readonly<Record<string, CameraTrouble>> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  PermissionDeniedError: "refused",
  NotFoundError: "absent",
  DevicesNotFoundError: "absent",
  OverconstrainedError: "absent",
  NotReadableError: "busy",
  TrackStartError: "busy",
  AbortError: "busy",
};

export function troubleOf(fault: unknown): CameraTrouble {
  const name = typeof fault === "object" && fault !== null && "name" in fault ? fault.name : "";
  return typeof name === "string" && Object.hasOwn(TROUBLES, name) ? (TROUBLES[name] ?? "failed") : "failed";
}

/** The camera at the back, sharp enough for a small label. */
const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
};

export async function openCamera(media: MediaDevices | undefined = navigatorsMedia()): Promise<Opened> {
  if (media === undefined) return { ok: false, trouble: isSecureContext ? "absent" : "insecure" };
  try {
    const stream = await media.getUserMedia(WANTED);
    return { ok: true, camera: cameraOf(stream) };
  } catch (fault) {
    return { ok: false, trouble: troubleOf(fault) };
  }
}

/** Older phones and pages without https have none, whatever the types say. */
function navigatorsMedia(): MediaDevices | undefined {
  return (navigator as { readonly mediaDevices?: MediaDevices }).mediaDevices;
}

/** Not in the platform's types yet: Image Capture's `torch`. */
interface Torch {
  readonly torch?: boolean;
}

function cameraOf(stream: MediaStream): Camera {
  const [track] = stream.getVideoTracks();
  return {
    stream,
    torch: track !== undefined && hasTorch(track) ? (on) => light(track, on) : null,
    close: () => {
      for (const each of stream.getTracks()) each.stop();
    },
  };
}

function hasTorch(track: MediaStreamTrack): boolean {
  const { getCapabilities } = track as { getCapabilities?: () => MediaTrackCapabilities & Torch }; // none in older Firefox
  return getCapabilities?.call(track).torch === true;
}

/** False: the phone would not, which is no reason to stop looking. */
async function light(track: MediaStreamTrack, on: boolean): Promise<boolean> {
  try {
    const lit: MediaTrackConstraintSet & Torch = { torch: on };
    await track.applyConstraints({ advanced: [lit] });
    return true;
  } catch {
    return false;
  }
}

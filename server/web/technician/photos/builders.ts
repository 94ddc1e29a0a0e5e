/** Short ways to set up photos for the tests; no part of the app. */
import type { Operation } from "../../shared/replica";
import { uuid7 } from "../../shared/replica/uuid7";
import type { Photo } from "./photo";

/** A JPEG by its first bytes, and no picture at all. */
export function aPhotoFile(name: string): File {
  return new File([new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), `a photo of ${name}`], `${name}.jpg`, {
    type: "image/jpeg",
  });
}

export function completing(job_id: string, digests: readonly string[], op_id = uuid7()): Operation {
  return {
    op_id,
    seq: 1,
    kind: "job.complete",
    record: { type: "job", id: job_id },
    base_version: 1,
    args: { manifest: { photos: digests.map((sha256) => ({ sha256, size: 1, media_type: "image/jpeg" })) } },
    at: { wall_ms: Date.now(), monotonic_ms: 0, boot_id: "b" },
  };
}

let made = 0;

/** In the order of their making. */
export function aPhoto(fields: Partial<Photo> = {}): Photo {
  return {
    id: uuid7((made += 1)),
    job_id: "j1",
    state: "signed",
    chosen: true,
    sha256: "0".repeat(64),
    size: 1000,
    media_type: "image/jpeg",
    taken_at: "2026-11-23T04:00:00Z",
    caption: "",
    smaller: false,
    original_size: 1000,
    op_id: null,
    sent: 0,
    trouble: null,
    pictured: false,
    ...fields,
  };
}

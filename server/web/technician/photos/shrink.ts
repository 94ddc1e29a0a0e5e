/** Making photos smaller, as the browser does it: drawn anew, so that what was hidden in the file stays behind. Null
 * where this browser cannot open the picture (HEIC in most), or where it would become no smaller. */

export interface Picture {
  readonly bytes: ArrayBuffer;
  readonly media_type: string;
}

export type Shrink = (content: ArrayBuffer, media_type: string, most_bytes: number) => Promise<Picture | null>;

const JPEG = "image/jpeg";
/** Longer side in dots and quality, tried one after the other until it is small enough. */
const STEPS: readonly (readonly [side: number, quality: number])[] = [
  [2560, 0.82],
  [2048, 0.8],
  [1600, 0.75],
  [1280, 0.7],
];
const THUMBNAIL = [320, 0.75] as const;

/** What "smaller" aims at. */
export const SMALL_BYTES = 900_000;

export const shrink: Shrink = async (content, media_type, most_bytes) => {
  const image = await opened(content, media_type);
  if (image === null) return null;
  try {
    let made: Blob | null = null;
    for (const [side, quality] of STEPS) {
      made = await drawn(image, side, quality);
      if (made !== null && made.size <= most_bytes) break;
    }
    if (made === null || made.size > most_bytes * 2 || made.size >= content.byteLength) return null;
    return { bytes: await made.arrayBuffer(), media_type: JPEG };
  } finally {
    image.close();
  }
};

export async function thumbnailOf(content: ArrayBuffer, media_type: string): Promise<ArrayBuffer | null> {
  const image = await opened(content, media_type);
  if (image === null) return null;
  try {
    return (await (await drawn(image, ...THUMBNAIL))?.arrayBuffer()) ?? null;
  } finally {
    image.close();
  }
}

async function opened(content: ArrayBuffer, media_type: string): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(new Blob([content], { type: media_type }), { imageOrientation: "from-image" });
  } catch {
    return null; // not a kind this browser opens, or damaged, or larger than its memory
  }
}

/** Halved as long as it is more than twice too large: one great step would leave out most dots, and shimmers. */
async function drawn(image: ImageBitmap, side: number, quality: number): Promise<Blob | null> {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const [width, height] = [Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale))];
  let from: ImageBitmap | HTMLCanvasElement = image;
  while (from.width > width * 2 && from.height > height * 2)
    from = painted(from, Math.ceil(from.width / 2), Math.ceil(from.height / 2));
  const canvas = painted(from, width, height);
  return await new Promise((resolve) => {
    canvas.toBlob(resolve, JPEG, quality);
  });
}

function painted(image: ImageBitmap | HTMLCanvasElement, width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("this browser gives no canvas");
  pen.imageSmoothingQuality = "high";
  pen.fillStyle = "white"; // JPEG has no transparency
  pen.fillRect(0, 0, width, height);
  pen.drawImage(image, 0, 0, width, height);
  return canvas;
}

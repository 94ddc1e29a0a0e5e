/** Our own reader of codes: ZXing's, compiled to WebAssembly, and served by us (zxing-wasm would fetch it from a CDN).
 * Loaded only where the browser has none; it needs 'wasm-unsafe-eval' in the page's content policy. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";
import type { CodeReader, Picture } from "./reader";

/** ZXing's names of FORMATS → the platform's. */
const NAMES: Readonly<Record<string, string>> = {
  QRCode: "qr_code",
  DataMatrix: "data_matrix",
  Code128: "code_128",
  EAN13: "ean_13",
  EAN8: "ean_8",
  UPCA: "upc_a",
  ITF: "itf",
};
const HOW: ReaderOptions = {
  formats: ["QRCode", "DataMatrix", "Code128", "EAN13", "EAN8", "UPCA", "ITF"],
  textMode: "Plain", // FNC1 stays a character, so that element strings can be taken apart
  maxNumberOfSymbols: 6,
  tryHarder: true,
};
const MOST_PIXELS = 1600; // along the longer side; more only makes it slower

export async function openOwnReader(): Promise<CodeReader> {
  await prepareZXingModule({
    overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? wasm : prefix + path) },
    fireImmediately: true,
  });
  const canvas = document.createElement("canvas");
  return {
    kind: "own",
    read: async (picture) => {
      const pixels = pixelsOf(picture, canvas);
      if (pixels === null) return [];
      const found = await readBarcodes(pixels, HOW);
      return found
        .filter((each) => each.isValid)
        .map(({ text, format }) => ({ text, format: NAMES[format] ?? format }));
    },
  };
}

/** null: a camera that shows nothing yet. */
function pixelsOf(picture: Picture, canvas: HTMLCanvasElement): ImageData | null {
  const [width, height] =
    picture instanceof HTMLVideoElement ? [picture.videoWidth, picture.videoHeight] : [picture.width, picture.height];
  if (width === 0 || height === 0) return null;
  const scale = Math.min(1, MOST_PIXELS / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return drawing?.getImageData(0, 0, canvas.width, canvas.height) ?? null;
}

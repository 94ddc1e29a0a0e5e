/** Reading codes off a picture: by the browser's own reader where it has one for our symbols, else by one of our own that
 * is only fetched then. */

/** One symbol in the picture. `format`: as BarcodeDetector names it. */
export interface Seen {
  readonly text: string;
  readonly format: string;
}

export interface CodeReader {
  readonly kind: "native" | "own";
  read(picture: Picture): Promise<readonly Seen[]>;
}

export type Picture = HTMLVideoElement | ImageBitmap;

/** What stands on products: ours, GS1's others, and the shop's bar codes, so that these can be told apart. */
export const FORMATS = ["qr_code", "data_matrix", "code_128", "ean_13", "ean_8", "upc_a", "itf"] as const;
const NEEDED = ["qr_code", "data_matrix"];

/** The platform's reader, which TypeScript's library does not know yet. */
interface Detector {
  detect(picture: Picture): Promise<readonly { readonly rawValue: string; readonly format: string }[]>;
}
interface DetectorClass {
  new (how: { formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

export async function openReader(own: () => Promise<CodeReader> = openOwn): Promise<CodeReader> {
  const native = await openNative();
  return native === null ? own() : withOwnBehind(native, own);
}

async function openOwn(): Promise<CodeReader> {
  const { openOwnReader } = await import("./ownReader");
  return openOwnReader();
}

/** null: none, or one that does not read both of our symbols. */
async function openNative(): Promise<Detector | null> {
  const Known = (globalThis as { readonly BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (Known === undefined) return null;
  try {
    const can = await Known.getSupportedFormats();
    if (!NEEDED.every((format) => can.includes(format))) return null;
    return new Known({ formats: FORMATS.filter((format) => can.includes(format)) });
  } catch {
    return null;
  }
}

/** Some Androids have the interface and nothing behind it: then each look fails, and our own takes over for good. */
function withOwnBehind(native: Detector, own: () => Promise<CodeReader>): CodeReader {
  let instead: Promise<CodeReader> | null = null;
  return {
    kind: "native",
    read: async (picture) => {
      if (instead === null) {
        try {
          const seen = await native.detect(picture);
          return seen.map(({ rawValue, format }) => ({ text: rawValue, format }));
        } catch {
          instead = own();
        }
      }
      return (await instead).read(picture);
    },
  };
}
